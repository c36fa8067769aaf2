"""OpenAI chat: `tool_calls` with arguments as JSON text, results in messages of the role `tool`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from winnow.core.example import canonical_text
from winnow.validators.tools.call_formats.answer import FormatError
from winnow.validators.tools.call_formats.openai_tool_calls import read_calls
from winnow.validators.tools.dialects.content_blocks import BlocksError, joined_text
from winnow.validators.tools.dialects.dialect import Dialect, Message, SourceDialogue
from winnow.validators.tools.dialects.dialogue_builder import DialogueBuilder, SourceCall
from winnow.validators.tools.dialects.reasoning_tags import ReasonedText, leading_reasoning

SYSTEM_ROLES = ("system", "developer")

KNOWN_KEYS = {
    "user": {"role", "content", "name"},
    "assistant": {
        "role", "content", "name", "tool_calls", "function_call", "refusal", "reasoning_content", "reasoning", "weight",
        "audio", "annotations",
    },
    "tool": {"role", "content", "tool_call_id", "name"},
    "function": {"role", "content", "name"},
}  # fmt: skip
"""The keys that a message may have, by its role. `function` is the role of results before November 2023, when there was
one call at a time and no id. `weight` is that of OpenAI's fine-tuning files: 0 is not learned."""


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether every message has a role of OpenAI's chat."""
    roles = (*SYSTEM_ROLES, *KNOWN_KEYS)  # no set: a role may be a list
    return all(message.get("role") in roles and ("content" in message or _has_calls(message)) for message in messages)


def read(messages: Sequence[Message]) -> SourceDialogue:
    """The dialogue. Raises DialogueError with every problem."""
    return read_messages(messages, calls=_calls)


CallReader = Callable[[DialogueBuilder, int, Message], Iterable[SourceCall]]
"""Yields the calls of a numbered message, and notes what is wrong with them."""


def read_messages(messages: Sequence[Message], *, calls: CallReader) -> SourceDialogue:
    """The dialogue of messages with these roles and keys. Raises DialogueError with every problem."""
    builder = DialogueBuilder()
    for number, message in enumerate(messages, 1):
        _take(builder, number, message, calls)
    return builder.dialogue()


def _has_calls(message: Message) -> bool:
    return bool(message.get("tool_calls") or message.get("function_call"))


def _take(builder: DialogueBuilder, number: int, message: Message, calls: CallReader) -> None:
    """Read one message."""
    role = message["role"]
    content = _text_of_parts(message.get("content"))
    if content is None:
        builder.add_problem(number, "the content has parts that are not text")
        content = ""
    if role in SYSTEM_ROLES:
        builder.add_system(number, content)
        return
    given = {key for key, value in message.items() if value is not None}  # tables pad messages with nulls
    if unknown := sorted(given - KNOWN_KEYS[role]):
        builder.add_problem(number, f"unknown key {unknown[0]!r} for the role {role}")
    if role == "user":
        builder.add_user(content)
    elif role == "assistant":
        _take_answer(builder, number, message, content, tuple(calls(builder, number, message)))
    else:
        call_id, name = message.get("tool_call_id"), message.get("name")
        builder.add_result(number, content, call_id=str(call_id or ""), name=str(name or ""))


def _take_answer(
    builder: DialogueBuilder, number: int, message: Message, content: str, calls: Sequence[SourceCall]
) -> None:
    refusal, reasoning = (
        _text_of_parts(value) or ""
        for value in (message.get("refusal"), message.get("reasoning_content", message.get("reasoning")))
    )
    weight = message.get("weight")
    if weight not in (None, 0, 1):
        builder.add_problem(number, f"weight {weight!r}, expected 0 or 1")
    answer = ReasonedText(reasoning, content) if reasoning else leading_reasoning(content)
    builder.add_answer(number, answer.text or refusal, calls, reasoning=answer.reasoning, train=weight != 0)


def _calls(builder: DialogueBuilder, number: int, message: Message) -> Iterator[SourceCall]:
    """The calls of a message with the text of their arguments; the legacy `function_call` has no id."""
    try:
        given = read_calls(message)
    except FormatError as error:
        for problem in error.problems:
            builder.add_problem(number, str(problem))
        return
    listed = message.get("tool_calls")
    functions = [one["function"] for one in listed or ()] or [message.get("function_call")]
    for call, function in zip(given, functions, strict=False):
        yield SourceCall(call.name, call.arguments, function["arguments"], call.id if listed else "")


def _text_of_parts(content: object) -> str | None:
    """The text of a message's content: a string, a list of text parts, or nothing. None if it holds something else."""
    try:
        return canonical_text(joined_text(content, separator=""))
    except BlocksError:
        return None


OPENAI_CHAT = Dialect("openai", "OpenAI chat with `tool_calls`", recognizes, read)
