"""The only module that imports Anthropic's SDK: sends requests and batches, and names every way a request can end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import anthropic
import httpx2

from winnow.core.commands import command
from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.generators.llm.client import BatchResult, BatchStatus, NoResponse, RequestFailed, Throttled

TIMEOUT_SECONDS = 180.0
"""How long a response may take. The longest has a few thousand tokens."""

API_KEY_VARIABLES = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")

SPEND_LIMIT_ERROR = "enforced_spend_limit_reached"
"""The one error with status 429 that does not pass by waiting."""

BATCH_PAGE_SIZE = 100
"""Batches on one page of the list."""

NO_KEY_FIX = (
    f"set it, or work without a key: `{command('generate variations')}` works by rule, and "
    f"`{command('add', 'FILE', origin='synthetic', batch='NAME')}` adds records that were generated elsewhere"
)
"""What can be done without a key."""


class AnthropicClient:
    """A connection to Claude's API, or to a gateway that speaks it (`ANTHROPIC_BASE_URL`)."""

    def __init__(self, *, seconds: float = TIMEOUT_SECONDS, no_key_fix: str = NO_KEY_FIX) -> None:
        """Raises WinnowError when no key is set; `no_key_fix` tells what to do then."""
        if not any(os.environ.get(name) for name in API_KEY_VARIABLES):
            raise WinnowError(Problem("ANTHROPIC_API_KEY", "it is not set", "a key for Claude's API", no_key_fix))
        self._client = anthropic.Anthropic(max_retries=0, timeout=seconds)
        self.base_url = str(self._client.base_url).rstrip("/")

    def send(self, body: str) -> dict[str, Any]:
        """Send one request, and return the message unchanged.

        Raises Throttled, RequestFailed or NoResponse, and ServiceError when no request can succeed.
        """
        with _translated_errors(self.base_url):
            response = self._client.messages.with_raw_response.create(**json.loads(body))
            return _parse_message(response.http_response.text)

    def count_tokens(self, body: str) -> int | None:
        """Input tokens of a request; None where the API cannot count them."""
        request = {key: value for key, value in json.loads(body).items() if key != "max_tokens"}
        try:
            with _translated_errors(self.base_url):
                counted: object = self._client.messages.count_tokens(**request)
        except (Throttled, RequestFailed, NoResponse):
            return None
        tokens = getattr(counted, "input_tokens", None)  # a proxy's page is passed on as text
        return tokens if isinstance(tokens, int) else None

    def submit(self, bodies: Sequence[tuple[str, str]]) -> str:
        """Submit requests, each an id and a body, as one batch; returns the API's id of the batch."""
        requests: Any = [{"custom_id": identity, "params": json.loads(body)} for identity, body in bodies]
        with _translated_errors(self.base_url):
            return self._client.messages.batches.create(requests=requests).id

    def batch(self, identity: str) -> BatchStatus:
        """The state of a batch."""
        with _translated_errors(self.base_url):
            return _batch_status(self._client.messages.batches.retrieve(identity))

    def batches(self, since: datetime) -> list[BatchStatus]:
        """The batches created since then, the oldest first."""
        found = []
        with _translated_errors(self.base_url):
            for one in self._client.messages.batches.list(limit=BATCH_PAGE_SIZE):
                if one.created_at < since:
                    break
                found.append(_batch_status(one))
        return found[::-1]

    def results(self, identity: str) -> Iterator[BatchResult]:
        """The result of every request of a batch, in any order."""
        with _translated_errors(self.base_url):
            for one in self._client.messages.batches.results(identity):
                kind = one.result.type
                if one.result.type == "succeeded":
                    yield BatchResult(one.custom_id, kind, one.result.message.to_dict(mode="json"))
                elif one.result.type == "errored":
                    error = one.result.error.error
                    yield BatchResult(one.custom_id, f"errored: {error.type}: {error.message}", None)
                else:
                    yield BatchResult(one.custom_id, kind, None)


def _parse_message(text: str) -> dict[str, Any]:
    """Parse a message. Raises NoResponse for anything else."""
    try:
        message = json.loads(text)
    except ValueError:
        raise NoResponse("the response is not complete JSON") from None
    if not isinstance(message, dict) or "content" not in message or "usage" not in message:
        raise NoResponse("the response is not a message")
    return message


def _batch_status(one: Any) -> BatchStatus:
    counts = one.request_counts
    done = counts.succeeded + counts.errored + counts.canceled + counts.expired
    return BatchStatus(one.id, one.processing_status == "ended", one.created_at, done + counts.processing, done)


class _translated_errors:  # noqa: N801  (reads as a statement: with _translated_errors(...))
    """Turns the SDK's errors into the ways in which a request can end."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def __enter__(self) -> None:
        return

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, anthropic.APIStatusError):
            raise self._of_status(error) from None
        if isinstance(error, anthropic.APIResponseValidationError | json.JSONDecodeError):
            raise NoResponse("the response is not complete JSON") from None
        if isinstance(error, httpx2.HTTPError):  # of a stream of results, the SDK lets it through as it is
            raise NoResponse("the connection ended") from None
        if isinstance(error, anthropic.APITimeoutError):
            raise NoResponse("no response in time") from None
        if isinstance(error, anthropic.APIConnectionError):
            if _never_sent(error):
                raise RequestFailed(f"no connection to {self._base_url}", retryable=True) from None
            raise NoResponse("the connection ended") from None
        if isinstance(error, anthropic.AnthropicError):
            raise self._service(str(error)) from None

    def _of_status(self, error: anthropic.APIStatusError) -> Exception:
        detail = f"{error.status_code} {error.type or ''}: {error.api_message or error.message}".replace(" :", ":")
        if error.error_code == SPEND_LIMIT_ERROR:
            return self._service(detail)
        if error.status_code in (429, 503, 529):
            return Throttled(detail, _retry_after(error))
        if error.status_code in (401, 402, 403, 404):
            return self._service(detail)
        return RequestFailed(detail, retryable=error.status_code >= 500 or error.status_code in (408, 409))

    def _service(self, detail: str) -> ServiceError:
        for name in API_KEY_VARIABLES:
            detail = detail.replace(os.environ.get(name) or name, name)
        fix = (
            "check the key, the account and the model's name; what was received is kept, and the same command continues"
        )
        return ServiceError(Problem(self._base_url, detail[:500], "a response", fix))


def _never_sent(error: BaseException) -> bool:
    """Whether the connection was never made, so that nothing can have been billed."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, httpx2.ConnectError | httpx2.ConnectTimeout):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _retry_after(error: anthropic.APIStatusError) -> float | None:
    """Seconds that the API asks to wait; also its own header in milliseconds."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        if seconds >= 0:
            return seconds
    return None
