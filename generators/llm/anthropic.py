"""The only module that imports Anthropic's SDK: sends requests and batches, and names every way a request can end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx2

from winnow.config.task import EndpointConfig
from winnow.core.commands import command
from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.core.model_vocabulary import ResponseOutcome, ThinkingEffort
from winnow.generators.llm.client import (
    RESPONSE_SECONDS,
    BatchResult,
    BatchStatus,
    NoResponse,
    Provider,
    RequestFailed,
    Throttled,
    hide_keys,
    never_sent,
    wait_seconds,
)
from winnow.generators.llm.prices import Usage
from winnow.generators.llm.request import CLAUDE, LlmRequest
from winnow.generators.llm.response import LlmResponse

if TYPE_CHECKING:
    import anthropic

MODELS_WITHOUT_EFFORT = ("claude-haiku-4-5", "claude-sonnet-4-5")
"""Prefixes of models without an `effort` setting."""

TRUNCATING_STOPS = ("max_tokens", "model_context_window_exceeded", "pause_turn")
"""Values of `stop_reason` of an incomplete message."""

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


def message_body(request: LlmRequest) -> dict[str, Any]:
    """The body of a request to the Messages API."""
    system: dict[str, Any] = {"type": "text", "text": request.shared}
    if request.cached:
        system["cache_control"] = {"type": "ephemeral"}
    output: dict[str, Any] = {"format": {"type": "json_schema", "schema": request.answer_schema}}
    if request.effort != ThinkingEffort.NONE and not request.model.startswith(MODELS_WITHOUT_EFFORT):
        output["effort"] = request.effort.value
    return {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "system": [system],
        "messages": [{"role": "user", "content": request.own}],
        "output_config": output,
    }


def read_message(message: Mapping[str, Any]) -> LlmResponse:
    """Read a message: its text without the thinking, how it ended, and its tokens."""
    blocks = message.get("content") or []
    text = "".join(block.get("text", "") for block in blocks if block.get("type") == "text")
    stop = message.get("stop_reason")
    outcome = ResponseOutcome.TRUNCATED if stop in TRUNCATING_STOPS else ResponseOutcome.ANSWERED
    used = message.get("usage")
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    return LlmResponse(
        text,
        ResponseOutcome.REFUSED if stop == "refusal" else outcome,
        Usage(*(int(used.get(name) or 0) for name in names)) if used else None,
    )


class AnthropicClient:
    """A connection to Claude's API, or to a gateway that speaks it (`ANTHROPIC_BASE_URL`)."""

    service = "Claude's API"

    def __init__(self, endpoint: EndpointConfig | None = None, no_key_fix: str = "") -> None:
        """Raises WinnowError when no key is set; `no_key_fix` tells what to do then."""
        import anthropic

        endpoint = endpoint or EndpointConfig()
        self._variables = (endpoint.key_variable,) if endpoint.key_variable else API_KEY_VARIABLES
        if not any(os.environ.get(name) for name in self._variables):
            fix = no_key_fix or NO_KEY_FIX
            raise WinnowError(Problem(self._variables[0], "it is not set", "a key for Claude's API", fix))
        key = os.environ[endpoint.key_variable] if endpoint.key_variable else None
        self._client = anthropic.Anthropic(
            api_key=key, base_url=endpoint.base_url, max_retries=0, timeout=RESPONSE_SECONDS
        )
        self.base_url = str(self._client.base_url).rstrip("/")

    def send(self, request: LlmRequest) -> dict[str, Any]:
        """Send one request, and return the message unchanged.

        Raises Throttled, RequestFailed or NoResponse, and ServiceError when no request can succeed.
        """
        with self._translated_errors():
            response = self._client.messages.with_raw_response.create(**message_body(request))
            return _parse_message(response.http_response.text)

    def count_tokens(self, request: LlmRequest) -> int | None:
        """Input tokens of a request; None where the API cannot count them."""
        body = {key: value for key, value in message_body(request).items() if key != "max_tokens"}
        try:
            with self._translated_errors():
                counted: object = self._client.messages.count_tokens(**body)
        except (Throttled, RequestFailed, NoResponse):
            return None
        tokens = getattr(counted, "input_tokens", None)  # a proxy's page is passed on as text
        return tokens if isinstance(tokens, int) else None

    def submit(self, requests: Sequence[tuple[str, LlmRequest]]) -> str:
        """Submit requests, each with its id, as one batch; returns the API's id of the batch."""
        items: Any = [{"custom_id": identity, "params": message_body(request)} for identity, request in requests]
        with self._translated_errors():
            return self._client.messages.batches.create(requests=items).id

    def batch(self, identity: str) -> BatchStatus:
        """The state of a batch."""
        with self._translated_errors():
            return _batch_status(self._client.messages.batches.retrieve(identity))

    def batches(self, since: datetime) -> list[BatchStatus]:
        """The batches created since then, the oldest first."""
        found = []
        with self._translated_errors():
            for one in self._client.messages.batches.list(limit=BATCH_PAGE_SIZE):
                if one.created_at < since:
                    break
                found.append(_batch_status(one))
        return found[::-1]

    def results(self, identity: str) -> Iterator[BatchResult]:
        """The result of every request of a batch, in any order."""
        with self._translated_errors():
            for one in self._client.messages.batches.results(identity):
                kind = one.result.type
                if one.result.type == "succeeded":
                    yield BatchResult(one.custom_id, kind, one.result.message.to_dict(mode="json"))
                elif one.result.type == "errored":
                    error = one.result.error.error
                    yield BatchResult(one.custom_id, f"errored: {error.type}: {error.message}", None)
                else:
                    yield BatchResult(one.custom_id, kind, None)

    def _translated_errors(self) -> _TranslatedErrors:
        return _TranslatedErrors(self.base_url, self._variables)


ANTHROPIC = Provider(CLAUDE, AnthropicClient, read_message, batches=AnthropicClient)


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


class _TranslatedErrors:
    """Turns the SDK's errors into the ways in which a request can end."""

    def __init__(self, base_url: str, variables: Sequence[str]) -> None:
        self._base_url, self._variables = base_url, variables

    def __enter__(self) -> None:
        return

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is None:
            return
        import anthropic

        if isinstance(error, anthropic.APIStatusError):
            raise self._of_status(error) from None
        if isinstance(error, anthropic.APIResponseValidationError | json.JSONDecodeError):
            raise NoResponse("the response is not complete JSON") from None
        if isinstance(error, httpx2.HTTPError):  # of a stream of results, the SDK lets it through as it is
            raise NoResponse("the connection ended") from None
        if isinstance(error, anthropic.APITimeoutError):
            raise NoResponse("no response in time") from None
        if isinstance(error, anthropic.APIConnectionError):
            if never_sent(error):
                raise RequestFailed(f"no connection to {self._base_url}", retryable=True) from None
            raise NoResponse("the connection ended") from None
        if isinstance(error, anthropic.AnthropicError):
            raise self._service(str(error)) from None

    def _of_status(self, error: anthropic.APIStatusError) -> Exception:
        detail = f"{error.status_code} {error.type or ''}: {error.api_message or error.message}".replace(" :", ":")
        detail = hide_keys(detail, self._variables)
        if error.error_code == SPEND_LIMIT_ERROR:
            return self._service(detail)
        if error.status_code in (429, 503, 529):
            return Throttled(detail, wait_seconds(error.response.headers))
        if error.status_code in (401, 402, 403, 404):
            return self._service(detail)
        return RequestFailed(detail, retryable=error.status_code >= 500 or error.status_code in (408, 409))

    def _service(self, detail: str) -> ServiceError:
        fix = "check the key, the account and the model's name; then try again: what was received is kept"
        return ServiceError(Problem(self._base_url, hide_keys(detail, self._variables), "a response", fix))
