"""The one door to Claude: Anthropic's SDK, with every way in which a request can end given a name.

The SDK's own retries are off: whoever asks many questions must hear of every refusal, to slow down all of them, and
what may have been billed must be counted before it is asked again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import anthropic
import httpx2

from generators.prices import Usage
from validators.faults import Fault, ServiceError, WinnowError

SECONDS = 180.0
"""How long an answer may take. The longest that is asked for has a few thousand tokens."""
KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
SPEND_LIMIT = "enforced_spend_limit_reached"
"""The one refusal with status 429 that waiting does not mend."""
LISTED = 100
"""Batches a page of the list."""


class Throttled(Exception):  # noqa: N818  (nothing is wrong: it is asked again later)
    """Too many requests, or the API is overloaded: nothing was billed."""

    def __init__(self, outcome: str, retry_after: float | None) -> None:
        super().__init__(outcome)
        self.retry_after = retry_after
        """Seconds that the API asks for."""


class Failed(Exception):  # noqa: N818
    """The API answered with an error: nothing was billed. `again` says whether the same request may succeed."""

    def __init__(self, outcome: str, *, again: bool) -> None:
        super().__init__(outcome)
        self.again = again


class NoAnswer(Exception):  # noqa: N818
    """The connection ended without a whole answer: nobody knows whether it was billed."""


WITHOUT = (
    "set it, or do what needs none: `winnow generate variations` works by rule, "
    "and `winnow add FILE --origin synthetic --batch NAME` takes what others wrote"
)
"""What can be done without a key, for who generates."""


@dataclass(frozen=True)
class Batch:
    """A batch as the API tells of it."""

    id: str
    ended: bool
    made_at: datetime
    requests: int
    done: int


@dataclass(frozen=True)
class Result:
    """What became of one request of a batch."""

    question: str
    outcome: str
    """`succeeded`, `errored`, `canceled` or `expired`, the latter three with why."""
    message: Mapping[str, Any] | None


class Claude:
    """A connection to Claude's API, or to a gateway that speaks it (`ANTHROPIC_BASE_URL`)."""

    def __init__(self, *, seconds: float = SECONDS, without: str = WITHOUT) -> None:
        """Raises WinnowError when no key is set; `without` says what to do then."""
        if not any(os.environ.get(name) for name in KEYS):
            raise WinnowError(Fault("ANTHROPIC_API_KEY", "it is not set", "a key for Claude's API", without))
        self._client = anthropic.Anthropic(max_retries=0, timeout=seconds)
        self.where = str(self._client.base_url).rstrip("/")

    def ask(self, body: str) -> dict[str, Any]:
        """Send one request, and return the message as it came.

        Raises Throttled, Failed or NoAnswer, and ServiceError when no request can succeed.
        """
        with _named(self.where):
            response = self._client.messages.with_raw_response.create(**json.loads(body))
            return _object(response.http_response.text)

    def count_tokens(self, body: str) -> int | None:
        """Input tokens of a request; None where the API cannot count them."""
        request = {key: value for key, value in json.loads(body).items() if key != "max_tokens"}
        try:
            with _named(self.where):
                counted: object = self._client.messages.count_tokens(**request)
        except (Throttled, Failed, NoAnswer):
            return None
        tokens = getattr(counted, "input_tokens", None)  # a proxy's page is passed on as text
        return tokens if isinstance(tokens, int) else None

    def submit(self, bodies: Sequence[tuple[str, str]]) -> str:
        """Submit questions, each an id and a body, as one batch; returns what the API calls it."""
        requests: Any = [{"custom_id": identity, "params": json.loads(body)} for identity, body in bodies]
        with _named(self.where):
            return self._client.messages.batches.create(requests=requests).id

    def batch(self, identity: str) -> Batch:
        """How a batch stands."""
        with _named(self.where):
            return _batch(self._client.messages.batches.retrieve(identity))

    def batches(self, since: datetime) -> list[Batch]:
        """The batches that were made since then, the oldest first."""
        found = []
        with _named(self.where):
            for one in self._client.messages.batches.list(limit=LISTED):
                if one.created_at < since:
                    break
                found.append(_batch(one))
        return found[::-1]

    def results(self, identity: str) -> Iterator[Result]:
        """What became of every request of a batch, in any order."""
        with _named(self.where):
            for one in self._client.messages.batches.results(identity):
                kind = one.result.type
                if one.result.type == "succeeded":
                    yield Result(one.custom_id, kind, one.result.message.to_dict(mode="json"))
                elif one.result.type == "errored":
                    error = one.result.error.error
                    yield Result(one.custom_id, f"errored: {error.type}: {error.message}", None)
                else:
                    yield Result(one.custom_id, kind, None)


def usage_of(message: Mapping[str, Any]) -> Usage:
    """The tokens of a message, as it came."""
    used = message.get("usage") or {}
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    return Usage(*(int(used.get(name) or 0) for name in names))


def outcome_of(message: Mapping[str, Any]) -> str:
    """`answered`, `refused`, or `truncated` where the answer is not whole."""
    stop = message.get("stop_reason")
    if stop == "refusal":
        return "refused"
    return "truncated" if stop in ("max_tokens", "model_context_window_exceeded", "pause_turn") else "answered"


def text_of(message: Mapping[str, Any]) -> str:
    """What Claude wrote, without what it thought."""
    blocks = message.get("content") or []
    return "".join(block.get("text", "") for block in blocks if block.get("type") == "text")


def _object(text: str) -> dict[str, Any]:
    """A message; what is none is no answer."""
    try:
        message = json.loads(text)
    except ValueError:
        raise NoAnswer("the answer is not whole JSON") from None
    if not isinstance(message, dict) or "content" not in message or "usage" not in message:
        raise NoAnswer("the answer is no message")
    return message


def _batch(one: Any) -> Batch:
    counts = one.request_counts
    done = counts.succeeded + counts.errored + counts.canceled + counts.expired
    return Batch(one.id, one.processing_status == "ended", one.created_at, done + counts.processing, done)


class _named:  # noqa: N801  (reads as a statement: with _named(...))
    """Turns the SDK's errors into the ways in which a request can end."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        return

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, anthropic.APIStatusError):
            raise self._of_status(error) from None
        if isinstance(error, anthropic.APIResponseValidationError | json.JSONDecodeError):
            raise NoAnswer("the answer is not whole JSON") from None
        if isinstance(error, httpx2.HTTPError):  # of a stream of results, the SDK lets it through as it is
            raise NoAnswer("the connection ended") from None
        if isinstance(error, anthropic.APITimeoutError):
            raise NoAnswer("no answer in time") from None
        if isinstance(error, anthropic.APIConnectionError):
            if _never_sent(error):
                raise Failed(f"no connection to {self._where}", again=True) from None
            raise NoAnswer("the connection ended") from None
        if isinstance(error, anthropic.AnthropicError):
            raise self._service(str(error)) from None

    def _of_status(self, error: anthropic.APIStatusError) -> Exception:
        told = f"{error.status_code} {error.type or ''}: {error.api_message or error.message}".replace(" :", ":")
        if error.error_code == SPEND_LIMIT:
            return self._service(told)
        if error.status_code in (429, 503, 529):
            return Throttled(told, _retry_after(error))
        if error.status_code in (401, 402, 403, 404):
            return self._service(told)
        return Failed(told, again=error.status_code >= 500 or error.status_code in (408, 409))

    def _service(self, told: str) -> ServiceError:
        for name in KEYS:
            told = told.replace(os.environ.get(name) or name, name)
        fix = "check the key, the account and the model's name; what was received is kept, and the same command goes on"
        return ServiceError(Fault(self._where, told[:500], "an answer", fix))


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
