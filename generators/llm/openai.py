"""The only module that imports OpenAI's SDK: servers with its chat completions API, such as llama.cpp, vLLM, Ollama."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from winnow.config.task import EndpointConfig
from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.core.model_vocabulary import ResponseOutcome, ThinkingEffort
from winnow.generators.llm.client import (
    RESPONSE_SECONDS,
    NoResponse,
    Provider,
    RequestFailed,
    Throttled,
    hide_keys,
    never_sent,
    wait_seconds,
)
from winnow.generators.llm.prices import Usage
from winnow.generators.llm.request import LlmRequest
from winnow.generators.llm.response import LlmResponse

if TYPE_CHECKING:
    import openai

NO_KEY = "none"
"""Sent where the endpoint names no key. The SDK requires one, and would take the one of another service."""

QUOTA_ERROR = "insufficient_quota"
"""The one error with status 429 that does not pass by waiting."""

OUTCOMES = {"length": ResponseOutcome.TRUNCATED, "content_filter": ResponseOutcome.REFUSED}
"""Values of `finish_reason` of a response without a complete answer."""


def chat_body(request: LlmRequest) -> dict[str, Any]:
    """The body of a request to the chat completions API. Servers cache a shared prefix without being told."""
    body: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "messages": [{"role": "system", "content": request.shared}, {"role": "user", "content": request.own}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": request.answer_schema},
        },
    }
    if request.effort != ThinkingEffort.NONE:
        body["reasoning_effort"] = request.effort.value
    return body


def read_completion(completion: Mapping[str, Any]) -> LlmResponse:
    """Read a chat completion: its text, how it ended, and its tokens."""
    choice = completion["choices"][0]
    message = choice.get("message") or {}
    outcome = OUTCOMES.get(str(choice.get("finish_reason")), ResponseOutcome.ANSWERED)
    if message.get("refusal"):
        outcome = ResponseOutcome.REFUSED
    return LlmResponse(str(message.get("content") or ""), outcome, _usage(completion.get("usage")))


def _usage(used: object) -> Usage | None:
    """The tokens of a completion, of which cached ones are part of the prompt; None where the server tells none."""
    if not isinstance(used, dict) or "prompt_tokens" not in used:
        return None
    cached = int((used.get("prompt_tokens_details") or {}).get("cached_tokens") or 0)
    return Usage(int(used["prompt_tokens"]) - cached, 0, cached, int(used.get("completion_tokens") or 0))


class OpenAIClient:
    """A connection to a server with OpenAI's chat completions API."""

    def __init__(self, endpoint: EndpointConfig, no_key_fix: str = "") -> None:
        """Raises WinnowError when the endpoint has no address, or the variable of its key is not set."""
        import openai

        if endpoint.base_url is None:
            fix = 'name the address of the API, for example "http://localhost:8000/v1"'
            raise WinnowError(Problem("endpoint.base_url", "it is not set", "the address of a server", fix))
        self.service = endpoint.base_url
        self._variables = [endpoint.key_variable] if endpoint.key_variable else []
        if missing := [name for name in self._variables if not os.environ.get(name)]:
            fix = no_key_fix or "set it, or leave out endpoint.key_variable for a server without a key"
            raise WinnowError(Problem(missing[0], "it is not set", f"the key for {self.service}", fix))
        self._client = openai.OpenAI(
            api_key=os.environ[endpoint.key_variable] if endpoint.key_variable else NO_KEY,
            base_url=endpoint.base_url,
            max_retries=0,
            timeout=RESPONSE_SECONDS,
        )
        self._client.organization = self._client.project = None  # the SDK takes those of OpenAI's own service

    def send(self, request: LlmRequest) -> dict[str, Any]:
        """Send one request, and return the completion unchanged.

        Raises Throttled, RequestFailed or NoResponse, and ServiceError when no request can succeed.
        """
        import openai

        try:
            response = self._client.chat.completions.with_raw_response.create(**chat_body(request))
        except openai.APIStatusError as error:
            raise self._of_status(error) from None
        except openai.APITimeoutError:
            raise NoResponse("no response in time") from None
        except openai.APIConnectionError as error:
            if never_sent(error):
                fix = "start the server, or correct endpoint.base_url; then try again"
                raise ServiceError(Problem(self.service, "no server answers", "a connection", fix)) from None
            raise NoResponse("the connection ended") from None
        return _parse_completion(response.http_response.text)

    def count_tokens(self, request: LlmRequest) -> int | None:
        """None: the API does not count tokens."""
        del request
        return None

    def _of_status(self, error: openai.APIStatusError) -> Exception:
        detail = hide_keys(f"{error.status_code} {error.message}", self._variables)
        if error.status_code in (401, 402, 403, 404) or error.code == QUOTA_ERROR:
            fix = "check endpoint.base_url, the key and the model's name; received answers are kept"
            return ServiceError(Problem(self.service, detail, "a response", fix))
        if error.status_code in (429, 503):  # 503: llama.cpp is loading the model
            return Throttled(detail, wait_seconds(error.response.headers))
        return RequestFailed(detail, retryable=error.status_code >= 500 or error.status_code in (408, 409))


def _parse_completion(text: str) -> dict[str, Any]:
    """Parse a completion. Raises NoResponse for anything else."""
    try:
        completion = json.loads(text)
    except ValueError:
        page = text.lstrip().startswith("<")
        raise NoResponse("the response is a web page" if page else "the response is not complete JSON") from None
    choices = completion.get("choices") if isinstance(completion, dict) else None
    if not (isinstance(choices, list) and choices and isinstance(choices[0], dict)):
        raise NoResponse("the response is not a chat completion")
    return dict(completion)


OPENAI = Provider("openai", OpenAIClient, read_completion)
