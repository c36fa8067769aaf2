"""The answer that the body of a response holds, as a message of the assistant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from winnow.validators.gateway_logs.bodies import BodyError, read_body
from winnow.validators.gateway_logs.streamed_answers import whole_body

Body = Mapping[str, Any]

CUT_REASONS = frozenset(("length", "max_tokens", "content_filter", "model_context_window_exceeded", "pause_turn"))
"""What providers give as the reason of an end that is not the end of the answer."""


def answer_of(body: object) -> Mapping[str, Any]:
    """The message of a response: in OpenAI's form, or in Anthropic's where the response is.

    Raises BodyError for a response that is missing, failed, cut off, of an unknown form, or not one answer.
    """
    response = response_of(body)
    read = next((read for recognizes, read in ANSWERS if recognizes(response)), None)
    if read is None:
        keys = ", ".join(sorted(map(str, response))[:8]) or "none"
        raise BodyError(f"has the keys {keys}; expected an answer of OpenAI, Anthropic or Workers AI")
    return read(response)


def response_of(body: object) -> Body:
    """The object of a response, put together from its parts if it was streamed.

    Raises BodyError for one that is missing, an error, or no whole stream.
    """
    found = read_body(body)
    response: Body = whole_body(found) if isinstance(found, list) else found
    if isinstance(response.get("result"), Mapping) and "success" in response:
        response = response["result"]  # of the API of Cloudflare
    if response.get("error") or response.get("type") == "error":
        raise BodyError(f"is an error: {str(response.get('error') or response)[:80]}")
    return response


def _of_openai(response: Body) -> Mapping[str, Any]:
    choices = response["choices"]
    if len(choices) != 1 or not isinstance(choices[0], Mapping):
        raise BodyError(f"holds {len(choices)} answers; expected one")
    choice = choices[0]
    if not isinstance(choice.get("message"), Mapping):
        raise BodyError("completes raw text, which has no turns; expected the answer of a chat")
    _refuse_cut(choice.get("finish_reason"))
    return {**choice["message"], "role": "assistant"}


def _of_anthropic(response: Body) -> Mapping[str, Any]:
    _refuse_cut(response.get("stop_reason"))
    return {"role": "assistant", "content": response.get("content")}


def _of_workers_ai(response: Body) -> Mapping[str, Any]:
    text = response.get("response")
    if text is not None and not isinstance(text, str):
        raise BodyError(f"is a {type(text).__name__} instead of a text")
    calls = {"tool_calls": response["tool_calls"]} if response.get("tool_calls") else {}
    return {"role": "assistant", "content": text or "", **calls}


def _refuse_cut(reason: object) -> None:
    if str(reason) in CUT_REASONS:
        raise BodyError(f"is not whole: it ended because of {reason!r}")


ANSWERS: tuple[tuple[Callable[[Body], bool], Callable[[Body], Mapping[str, Any]]], ...] = (
    (lambda body: isinstance(body.get("choices"), list), _of_openai),
    (lambda body: body.get("type") == "message", _of_anthropic),
    (lambda body: "response" in body or "tool_calls" in body, _of_workers_ai),
)
"""How the answer of each provider is recognized and read."""
