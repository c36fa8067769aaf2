"""OpenAI Responses: items instead of messages; what the assistant thinks, says and calls are items of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from winnow.core.example import canonical_text
from winnow.validators.tools.dialects.block_messages import block_call, is_learned, take_each
from winnow.validators.tools.dialects.content_blocks import (
    BlocksError,
    blocks_of,
    joined_text,
    refuse_unknown_keys,
    text_of,
)
from winnow.validators.tools.dialects.dialect import Dialect, Message, SourceDialogue
from winnow.validators.tools.dialects.dialogue_builder import DialogueBuilder, SourceCall

ITEM_KEYS = {
    "message": {"type", "role", "content", "id", "status", "phase", "weight"},
    "function_call": {"type", "id", "call_id", "name", "arguments", "status", "caller", "weight"},
    "function_call_output": {"type", "id", "call_id", "output", "status", "caller", "name", "weight"},
    "reasoning": {"type", "id", "summary", "content", "encrypted_content", "status", "weight"},
}
"""The keys that an item may have, by its type. `weight` is written by layouts of rows: 0 is not learned."""

TEXT_TYPES = ("input_text", "output_text", "text")
WHOLE = ("completed", "None")
"""Values of `status` for an item that is whole."""


@dataclass
class _ItemAnswer:
    """The items of one answer of the assistant."""

    number: int
    """That of its first item."""
    texts: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    calls: list[SourceCall] = field(default_factory=list)
    train: bool = True


@dataclass
class _ItemReader:
    """The turns so far, and the answer whose items are being read."""

    builder: DialogueBuilder = field(default_factory=DialogueBuilder)
    answer: _ItemAnswer | None = None

    def finish_answer(self) -> None:
        """Add the answer whose items are complete."""
        if self.answer is None:
            return
        one, self.answer = self.answer, None
        text, reasoning = canonical_text("".join(one.texts)), canonical_text("\n\n".join(one.reasoning))
        self.builder.add_answer(one.number, text, one.calls, reasoning=reasoning, train=one.train)

    def answer_of(self, number: int, item: Message, *, is_next: bool) -> _ItemAnswer:
        """The answer that an item belongs to; `is_next` says that it begins one after what was said or called."""
        if self.answer is not None and is_next and (self.answer.texts or self.answer.calls):
            self.finish_answer()
        self.answer = self.answer or _ItemAnswer(number)
        self.answer.train = self.answer.train and is_learned(item)
        return self.answer


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether an item has a type of the Responses API."""
    types = [item.get("type") for item in messages]
    return any(isinstance(one, str) and one in ITEM_KEYS for one in types)


def read(messages: Sequence[Message]) -> SourceDialogue:
    """The dialogue. Raises DialogueError with every problem."""
    reader = _ItemReader()
    take_each(reader.builder, messages, partial(_take, reader))
    reader.finish_answer()
    return reader.builder.dialogue()


def _take(reader: _ItemReader, number: int, item: Message) -> None:
    kind = str(item.get("type") or ("message" if "role" in item else None))
    read_item = ITEM_READERS.get(kind)
    if read_item is None:
        raise BlocksError(f"an item of type {kind!r}, expected {', '.join(ITEM_READERS)}")
    refuse_unknown_keys(item, ITEM_KEYS[kind], of=f"an item of type {kind!r}")
    if str(item.get("status")) not in WHOLE:
        raise BlocksError(f"an item with the status {item['status']!r}, expected 'completed'")
    read_item(reader, number, item)


def _take_message(reader: _ItemReader, number: int, item: Message) -> None:
    role = item.get("role")
    if role == "assistant":
        reader.answer_of(number, item, is_next=True).texts.append(_answer_text(item.get("content")))
        return
    reader.finish_answer()
    text = canonical_text(joined_text(item.get("content"), types=TEXT_TYPES, separator="\n"))
    if role == "user":
        reader.builder.add_user(text)
    elif role in ("system", "developer"):
        reader.builder.add_system(number, text)
    else:
        raise BlocksError(f"role {role!r}, expected user, assistant, system or developer")


def _answer_text(content: object) -> str:
    """What is said to the user, a refusal included."""
    parts = blocks_of(content, text_type="output_text")
    return "".join(
        text_of(part, "refusal")
        if part.get("type") == "refusal"
        else joined_text([part], types=TEXT_TYPES, separator="")
        for part in parts
    )


def _take_call(reader: _ItemReader, number: int, item: Message) -> None:
    call = block_call(text_of(item, "name"), item.get("arguments"), _call_id(item))
    reader.answer_of(number, item, is_next=False).calls.append(call)


def _call_id(item: Message) -> str:
    """The id that pairs a call with its output; empty if the item has none."""
    return "" if item.get("call_id") is None else text_of(item, "call_id")


def _take_output(reader: _ItemReader, number: int, item: Message) -> None:
    reader.finish_answer()
    text = canonical_text(joined_text(item.get("output"), types=TEXT_TYPES, separator="\n"))
    reader.builder.add_result(number, text, call_id=_call_id(item), name=str(item.get("name") or ""))


def _take_reasoning(reader: _ItemReader, number: int, item: Message) -> None:
    """The reasoning where it is given, else its summary; what is encrypted only is none."""
    given = blocks_of(item.get("content")) or blocks_of(item.get("summary"))
    texts = [text_of(part, "text") for part in given]
    reader.answer_of(number, item, is_next=True).reasoning.extend(texts)


ITEM_READERS: Mapping[str, Callable[[_ItemReader, int, Message], None]] = {
    "message": _take_message,
    "function_call": _take_call,
    "function_call_output": _take_output,
    "reasoning": _take_reasoning,
}
"""How each type of item is read."""

OPENAI_RESPONSES = Dialect("openai_responses", "items of OpenAI's Responses", recognizes, read)
