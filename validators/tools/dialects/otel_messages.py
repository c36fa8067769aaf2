"""OpenTelemetry's GenAI messages: a role and typed parts, with the calls and results of tools among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from winnow.core.example import canonical_text
from winnow.validators.tools.dialects.block_messages import block_call, is_learned, take_each
from winnow.validators.tools.dialects.content_blocks import Block, BlocksError, refuse_unknown_keys, text_of
from winnow.validators.tools.dialects.dialect import Dialect, Message, SourceDialogue
from winnow.validators.tools.dialects.dialogue_builder import DialogueBuilder, SourceCall
from winnow.validators.tools.strict_json import write_json

MESSAGE_KEYS = frozenset({"role", "parts", "finish_reason", "name", "weight"})
"""`weight` is written by the layout of spans: 0 is not learned."""

PART_KEYS = {
    "text": {"type", "content"},
    "reasoning": {"type", "content"},
    "tool_call": {"type", "id", "name", "arguments"},
    "tool_call_response": {"type", "id", "name", "response", "result"},
}
"""The keys that a part may have, by its type. Earlier versions of the convention called the response `result`."""

PARTS_OF_ROLE = {
    "system": ("text",),
    "user": ("text", "tool_call_response"),
    "tool": ("tool_call_response",),
    "assistant": ("text", "reasoning", "tool_call"),
}
"""The types of parts that a message may have, by its role. Some libraries report results in a turn of the user."""


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether every message has parts, and one of them a type."""
    parts = [message.get("parts") for message in messages]
    listed = [part for one in parts if isinstance(one, list) for part in one]
    return all(isinstance(one, list) for one in parts) and any(
        isinstance(part, Mapping) and "type" in part for part in listed
    )


def read(messages: Sequence[Message]) -> SourceDialogue:
    """The dialogue. Raises DialogueError with every problem."""
    builder = DialogueBuilder()
    take_each(builder, messages, partial(_take, builder))
    return builder.dialogue()


def _take(builder: DialogueBuilder, number: int, message: Message) -> None:
    role = str(message.get("role"))
    if role not in PARTS_OF_ROLE:
        raise BlocksError(f"role {role!r}, expected {', '.join(PARTS_OF_ROLE)}")
    refuse_unknown_keys(message, MESSAGE_KEYS, of="a message")
    parts = message["parts"]
    _check_parts(parts, role)
    texts = [text_of(part, "content") for part in parts if part["type"] == "text"]
    if role == "assistant":
        _take_answer(builder, number, message, "".join(texts))
        return
    for part in parts:
        if part["type"] == "tool_call_response":
            builder.add_result(number, _result(part), call_id=_id(part), name=str(part.get("name") or ""))
    if role == "system":
        builder.add_system(number, canonical_text("\n\n".join(texts)))
    elif texts or not parts:
        builder.add_user(canonical_text("\n".join(texts)))


def _check_parts(parts: Sequence[Any], role: str) -> None:
    """Raise BlocksError for a part that its role cannot have, or that stands where its place would be lost."""
    latest = ""
    for part in parts:
        kind = str(part.get("type")) if isinstance(part, Mapping) else "none"
        if kind not in PARTS_OF_ROLE[role]:
            raise BlocksError(f"a part of type {kind!r} for the role {role}")
        refuse_unknown_keys(part, PART_KEYS[kind], of=f"a part of type {kind!r}")
        if latest == "tool_call" and kind != latest:
            raise BlocksError(f"a part of type {kind!r} after a call")
        if latest == "text" and kind == "tool_call_response":
            raise BlocksError("text of the user before a result")
        latest = kind


def _take_answer(builder: DialogueBuilder, number: int, message: Message, text: str) -> None:
    reasoning = "\n\n".join(text_of(part, "content") for part in message["parts"] if part["type"] == "reasoning")
    calls = [_call(part) for part in message["parts"] if part["type"] == "tool_call"]
    train = is_learned(message)
    builder.add_answer(number, canonical_text(text), calls, reasoning=canonical_text(reasoning), train=train)


def _call(part: Block) -> SourceCall:
    return block_call(text_of(part, "name"), part.get("arguments"), _id(part))


def _id(part: Block) -> str:
    """The id of a call; empty if the part has none."""
    return "" if part.get("id") is None else text_of(part, "id")


def _result(part: Block) -> str:
    """The text of a result; of another value, its JSON with the keys in their order."""
    result = part.get("response", part.get("result"))
    if result is None:
        raise BlocksError("a part of type 'tool_call_response' without a response")
    try:
        return canonical_text(result if isinstance(result, str) else write_json(result, sort_keys=False))
    except (ValueError, TypeError, RecursionError):
        raise BlocksError("a response that JSON cannot hold") from None


OTEL_MESSAGES = Dialect("otel_messages", "OpenTelemetry's messages with parts", recognizes, read)
