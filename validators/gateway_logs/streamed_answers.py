"""Put the parts of a streamed response together: the body that the provider would have sent at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from winnow.validators.gateway_logs.bodies import BodyError
from winnow.validators.tools.strict_json import JsonError, read_json

Part = Mapping[str, Any]

TEXT_KEYS = ("content", "reasoning_content", "reasoning", "refusal")
"""The keys of a message of OpenAI whose parts are joined."""


def whole_body(parts: Sequence[Part]) -> Part:
    """The body of a whole response. Raises BodyError for parts of an unknown form, and where the end is missing."""
    failed = next((one["error"] for one in parts if one.get("error")), None)
    if failed is not None:
        raise BodyError(f"is a stream with an error: {str(failed)[:80]}")
    join = next((join for recognizes, join in STREAMS if any(map(recognizes, parts))), None)
    if join is None:
        raise BodyError("is a stream of an unknown form; expected one of OpenAI, Anthropic or Workers AI")
    return join(parts)


def _chat_body(parts: Sequence[Part]) -> Part:
    """Chunks of OpenAI's chat completions."""
    message: dict[str, Any] = {"role": "assistant", "content": ""}
    calls: dict[int, dict[str, Any]] = {}
    reason = None
    for choice in (one for part in parts for one in _objects(part.get("choices"))):
        if choice.get("index", 0) != 0:
            raise BodyError("holds several answers; expected one")
        delta = _object(choice.get("delta"))
        for key in TEXT_KEYS:
            if delta.get(key) is not None:
                message[key] = message.get(key, "") + _text(delta[key])
        for call in _objects(delta.get("tool_calls")):
            _add_call(calls, call)
        reason = choice.get("finish_reason") or reason
    if reason is None:
        raise BodyError("is a stream that ends before the answer does")
    if calls:
        message["tool_calls"] = [calls[index] for index in sorted(calls)]
    return {"choices": [{"message": message, "finish_reason": reason}]}


def _add_call(calls: dict[int, dict[str, Any]], part: Part) -> None:
    """Add a part of a call to what is there of it."""
    empty = {"type": "function", "function": {"name": "", "arguments": ""}}
    call = calls.setdefault(_index(part, default=len(calls)), empty)
    if part.get("id"):
        call["id"] = _text(part["id"])
    given = _object(part.get("function"))
    for key in ("name", "arguments"):
        call["function"][key] += _text(given.get(key) or "")


def _anthropic_body(parts: Sequence[Part]) -> Part:
    """Events of Anthropic's messages."""
    blocks: dict[int, dict[str, Any]] = {}
    inputs: dict[int, str] = {}
    reason = None
    for part in parts:
        kind, index = part.get("type"), _index(part, default=0)
        if kind == "content_block_start":
            blocks[index] = {**_object(part.get("content_block"))}
        elif kind == "content_block_delta":
            _add_delta(blocks.get(index), inputs, index, _object(part.get("delta")))
        elif kind == "message_delta":
            reason = _object(part.get("delta")).get("stop_reason") or reason
    if reason is None:
        raise BodyError("is a stream that ends before the answer does")
    for index, text in inputs.items():
        blocks[index]["input"] = _input(text)
    return {"type": "message", "content": [blocks[index] for index in sorted(blocks)], "stop_reason": reason}


def _add_delta(block: dict[str, Any] | None, inputs: dict[int, str], index: int, delta: Part) -> None:
    key = DELTA_KEYS.get(str(delta.get("type")))
    if block is None or key is None:
        raise BodyError(f"is a stream with a part {str(delta.get('type'))[:40]!r} that belongs to no block")
    if key == "partial_json":
        inputs[index] = inputs.get(index, "") + _text(delta.get(key))
    else:
        block[key] = _text(block.get(key, "")) + _text(delta.get(key))


DELTA_KEYS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "signature",
    "input_json_delta": "partial_json",
}
"""The key of each part of a block, by the type of the part."""


def _input(text: str) -> Any:
    try:
        return read_json(text or "{}")
    except JsonError as error:
        raise BodyError(f"is a stream with arguments that are {error}") from None


def _workers_body(parts: Sequence[Part]) -> Part:
    """Parts of Workers AI: `response` with the next words, and `tool_calls`."""
    calls = [call for part in parts for call in _objects(part.get("tool_calls"))]
    text = "".join(_text(part["response"]) for part in parts if part.get("response") is not None)
    return {"response": text, **({"tool_calls": calls} if calls else {})}


def _responses_body(parts: Sequence[Part]) -> Part:
    """Events of OpenAI's Responses API: one of them holds the whole response."""
    whole = next((one.get("response") for one in parts if one.get("type") in WHOLE_RESPONSES), None)
    if whole is None:
        raise BodyError("is a stream that ends before the answer does")
    return _object(whole)


WHOLE_RESPONSES = ("response.completed", "response.incomplete", "response.failed")
"""The types of the last event of OpenAI's Responses API."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BodyError(f"is a stream with a part {str(value)[:40]!r} that is not text")
    return value


def _object(value: object) -> Part:
    """An object; none given is an empty one."""
    if not isinstance(value, Mapping | None):
        raise BodyError(f"is a stream with a part {str(value)[:40]!r} that is not an object")
    return value or {}


def _objects(value: object) -> Sequence[Part]:
    """A list of objects; none given is an empty one."""
    if not isinstance(value, list | None):
        raise BodyError(f"is a stream with a part {str(value)[:40]!r} that is not a list")
    return [*map(_object, value or ())]


def _index(part: Part, *, default: int) -> int:
    index = part.get("index", default)
    if not isinstance(index, int):
        raise BodyError(f"is a stream with a part at {str(index)[:40]!r}, expected a number")
    return index


def _is_of_anthropic(part: Part) -> bool:
    return part.get("type") in ("message_start", "content_block_start", "message_delta")


STREAMS: tuple[tuple[Callable[[Part], bool], Callable[[Sequence[Part]], Part]], ...] = (
    (lambda part: "choices" in part, _chat_body),
    (_is_of_anthropic, _anthropic_body),
    (lambda part: str(part.get("type")).startswith("response."), _responses_body),
    (lambda part: "response" in part, _workers_body),
)
"""How the parts of each provider are recognized and put together."""
