"""Anthropic: messages of content blocks, with results of tools in the turn of the user."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from winnow.core.example import canonical_text
from winnow.validators.tools.dialects.block_messages import block_call, is_learned, take_each
from winnow.validators.tools.dialects.content_blocks import (
    Block,
    BlocksError,
    blocks_of,
    joined_text,
    refuse_unknown_keys,
    text_of,
)
from winnow.validators.tools.dialects.dialect import Dialect, Message, SourceDialogue
from winnow.validators.tools.dialects.dialogue_builder import DialogueBuilder, SourceCall
from winnow.validators.tools.failed_result import failed_result

ROLES = frozenset({"system", "user", "assistant"})
MESSAGE_KEYS = frozenset({"role", "content", "weight"})
"""`weight` is written by layouts of rows: 0 is not learned."""

BLOCK_KEYS = {
    "text": {"type", "text", "cache_control"},
    "thinking": {"type", "thinking", "signature"},
    "tool_use": {"type", "id", "name", "input", "cache_control", "caller"},
    "tool_result": {"type", "tool_use_id", "content", "is_error", "cache_control"},
}
"""The keys that a block may have, by its type. `signature`, `cache_control` and `caller` are not part of the answer."""

OWN_TYPES = frozenset({*BLOCK_KEYS, "redacted_thinking", "server_tool_use"}) - {"text"}
"""Types that messages of OpenAI do not have."""


@dataclass
class _BlockAnswer:
    """What the blocks of an answer hold."""

    texts: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    calls: list[SourceCall] = field(default_factory=list)


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether a message has a block that only Anthropic's messages have."""
    contents = [message.get("content") for message in messages]
    blocks = [block for content in contents if isinstance(content, list) for block in content]
    types = [block.get("type") for block in blocks if isinstance(block, Mapping)]
    return any(isinstance(one, str) and one in OWN_TYPES for one in types)


def read(messages: Sequence[Message]) -> SourceDialogue:
    """The dialogue. Raises DialogueError with every problem."""
    builder = DialogueBuilder()
    take_each(builder, messages, partial(_take, builder))
    return builder.dialogue()


def _take(builder: DialogueBuilder, number: int, message: Message) -> None:
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise BlocksError(f"role {role!r}, expected {', '.join(sorted(ROLES))}")
    refuse_unknown_keys(message, MESSAGE_KEYS, of="a message")
    if role == "system":
        builder.add_system(number, canonical_text(joined_text(message.get("content"), separator="\n\n")))
    elif role == "user":
        _take_user(builder, number, blocks_of(message.get("content")))
    else:
        _take_answer(builder, number, message)


def _take_user(builder: DialogueBuilder, number: int, blocks: Sequence[Block]) -> None:
    """Results first, then what the user says, as the API demands."""
    texts: list[str] = []
    for block in blocks:
        if block.get("type") == "tool_result":
            if texts:
                raise BlocksError(f"text of the user before the result of {block.get('tool_use_id')!r}")
            _take_result(builder, number, block)
        else:
            texts.append(joined_text([block], separator=""))
            _refuse_unknown_keys(block)
    if texts or not blocks:
        builder.add_user(canonical_text("\n".join(texts)))


def _take_result(builder: DialogueBuilder, number: int, block: Block) -> None:
    _refuse_unknown_keys(block)
    text = canonical_text(joined_text(block.get("content"), separator="\n"))
    if block.get("is_error") not in (None, True, False):
        raise BlocksError(f"is_error is {block['is_error']!r}, expected true or false")
    result = failed_result(text) if block.get("is_error") else text
    builder.add_result(number, result, call_id=text_of(block, "tool_use_id"))


def _take_answer(builder: DialogueBuilder, number: int, message: Message) -> None:
    answer = _BlockAnswer()
    for block in blocks_of(message.get("content")):
        read_block = BLOCK_READERS.get(str(block.get("type")))
        if read_block is None:
            raise BlocksError(
                f"a block of type {block.get('type')!r} in an answer, expected {', '.join(BLOCK_READERS)}"
            )
        _refuse_unknown_keys(block)
        if answer.calls and block["type"] != "tool_use":
            raise BlocksError(f"a block of type {block['type']!r} after a call")
        read_block(answer, block)
    text, reasoning = (canonical_text(part) for part in ("".join(answer.texts), "\n\n".join(answer.reasoning)))
    builder.add_answer(number, text, answer.calls, reasoning=reasoning, train=is_learned(message))


def _read_text(answer: _BlockAnswer, block: Block) -> None:
    answer.texts.append(text_of(block, "text"))


def _read_thinking(answer: _BlockAnswer, block: Block) -> None:
    answer.reasoning.append(text_of(block, "thinking"))


def _read_call(answer: _BlockAnswer, block: Block) -> None:
    answer.calls.append(block_call(text_of(block, "name"), block.get("input"), text_of(block, "id")))


def _refuse_unknown_keys(block: Block) -> None:
    refuse_unknown_keys(block, BLOCK_KEYS[block["type"]], of=f"a block of type {block['type']!r}")


BLOCK_READERS: dict[str, Callable[[_BlockAnswer, Block], None]] = {
    "text": _read_text,
    "thinking": _read_thinking,
    "tool_use": _read_call,
}
"""How each type of block in an answer is read."""

ANTHROPIC = Dialect("anthropic", "Anthropic's messages with `tool_use` and `tool_result`", recognizes, read)
