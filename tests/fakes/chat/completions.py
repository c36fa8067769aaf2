"""What a request may hold, and the completion object that answers it."""

from __future__ import annotations

from typing import Any

from tests.fakes.claude.outcomes import Outcome
from tests.fakes.claude.price_table import Tokens
from tests.fakes.claude.token_counter import count, cut

Json = dict[str, Any]

FIELDS = {"model", "messages", "max_tokens", "response_format", "reasoning_effort"}
"""What Winnow sends; anything else is refused, so that no field is sent by accident."""
CREATED = 1_790_000_000


class ChatError(Exception):
    """An error object of the API."""

    def __init__(
        self, status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}
        self.body = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}


DIALOGUE_FIELDS = {"model", "messages", "max_tokens", "temperature"}
"""What Winnow sends to a model that was trained to answer in dialogues."""


def check(request: Any, models: tuple[str, ...], *, dialogues: bool = False) -> Json:
    """A valid request, or the API's 400 or 404."""
    if not isinstance(request, dict) or not isinstance(request.get("messages"), list):
        raise ChatError(400, "'messages' is a required property")
    if unknown := sorted(set(request) - (DIALOGUE_FIELDS if dialogues else FIELDS)):
        raise ChatError(400, f"Unknown parameter: {unknown[0]!r}")
    if request.get("model") not in models:
        raise ChatError(404, f"The model `{request.get('model')}` does not exist.", "model_not_found")
    if dialogues:
        return request
    if [one.get("role") for one in request["messages"]] != ["system", "user"]:
        raise ChatError(400, "Conversation roles must be system, user")
    wanted = request.get("response_format") or {}
    if wanted.get("type") != "json_schema" or not {"name", "schema"} <= set(wanted.get("json_schema") or {}):
        raise ChatError(400, "response_format: a json_schema with name and schema is expected")
    return request


def prompt_tokens(request: Json) -> int:
    return sum(count(str(one["content"])) + 4 for one in request["messages"])


def completion(request: Json, text: str, outcome: Outcome, *, name: str, cached: int, with_usage: bool) -> Json:
    """The whole response to a request that reached the model, which had this text to say."""
    text, reason, used = _said(text, outcome, request["max_tokens"])
    prompt = prompt_tokens(request)
    answer: Json = {
        "id": name,
        "object": "chat.completion",
        "created": CREATED,
        "model": request["model"],
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text}, "logprobs": None, "finish_reason": reason}
        ],
    }
    if with_usage:
        answer["usage"] = {
            "prompt_tokens": prompt,
            "completion_tokens": used,
            "total_tokens": prompt + used,
            "prompt_tokens_details": {"cached_tokens": cached},
        }
    return answer


def _said(text: str, outcome: Outcome, limit: int) -> tuple[str, str, int]:
    """What comes through of the text, the finish reason, and the tokens of it."""
    size = count(text)
    if outcome.kind == "refused":
        return "", "content_filter", 1
    if outcome.kind == "exhausted" or size > limit:
        return cut(text, min(size // 2, limit)), "length", limit
    if outcome.kind == "truncated":
        return cut(text, size // 2), "stop", size // 2
    return text, "stop", size


def tokens_of(request: Json, answer: Json, cached: int) -> Tokens:
    """The tokens of a completion by how they are paid for, also where the response does not tell them."""
    output = count(answer["choices"][0]["message"]["content"])
    if answer["choices"][0]["finish_reason"] == "length":
        output = request["max_tokens"]
    if answer["choices"][0]["finish_reason"] == "content_filter":
        output = 1
    return Tokens(fresh=prompt_tokens(request) - cached, cache_read=cached, output=output)
