"""LLaMA-Factory's messages of typed parts: `{"type": "text" | "reasoning" | "tool_call", "value": …}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from winnow.core.example import canonical_text
from winnow.validators.tools.dialects.answer_parts import AnswerPart
from winnow.validators.tools.dialects.dialect import Dialect, DialogueError, Message, SourceDialogue
from winnow.validators.tools.dialects.dialogue_builder import DialogueBuilder
from winnow.validators.tools.dialects.spoken_messages import (
    Speaker,
    is_chat,
    is_learned,
    key_problems,
    speaker_name,
    speaker_of,
    value_of_message,
)
from winnow.validators.tools.dialects.written_calls import written_calls
from winnow.validators.tools.dialects.written_results import result_list

PART_TYPES = ("reasoning", "text", "tool_call")
"""The types of parts, in the order in which an answer has them."""

PART_KEYS = frozenset({"type", "value"})


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether a message holds parts with a type and a value."""
    lists = [value for value in map(value_of_message, messages) if isinstance(value, list)]
    return is_chat(messages) and any(isinstance(part, Mapping) and "value" in part for one in lists for part in one)


def read(messages: Sequence[Message]) -> SourceDialogue:
    """The dialogue. Raises DialogueError with every problem."""
    builder = DialogueBuilder()
    for number, message in enumerate(messages, 1):
        found = [*key_problems(message), *_problems(message)]
        for problem in found:
            builder.add_problem(number, problem)
        if not found:
            _take(builder, number, message)
    return builder.dialogue()


def _listed(message: Message) -> Sequence[Any]:
    """The parts of a message; a text is one part."""
    value = value_of_message(message)
    return value if isinstance(value, list) else [{"type": "text", "value": value or ""}]


def _problems(message: Message) -> list[str]:
    """What keeps a message from being parts of a speaker."""
    speaker, parts = speaker_of(message), _listed(message)
    if speaker in (None, Speaker.CALL):
        return [f"the speaker {speaker_name(message)!r}, expected system, user, assistant or tool"]
    allowed = PART_TYPES if speaker is Speaker.ANSWER else ("text",)
    wrong = [part for part in parts if not _is_part(part, allowed)]
    if wrong:
        return [f"the part {str(wrong[0])[:60]!r}, expected a type of {', '.join(allowed)} and a text as its value"]
    order = [PART_TYPES.index(part["type"]) for part in parts]
    return [] if order == sorted(order) else [f"parts in the order {', '.join(part['type'] for part in parts)}"]


def _is_part(part: object, allowed: Sequence[str]) -> bool:
    if not isinstance(part, Mapping) or part.keys() != PART_KEYS:
        return False
    return part["type"] in allowed and isinstance(part["value"], str)


def _take(builder: DialogueBuilder, number: int, message: Message) -> None:
    speaker, text = speaker_of(message), _text(message, "text")
    if speaker is Speaker.SYSTEM:
        builder.add_system(number, text)
    elif speaker is Speaker.USER:
        builder.add_user(text)
    elif speaker is Speaker.ANSWER:
        one = _answer(builder, number, message, text)
        builder.add_answer(number, one.text, one.calls, reasoning=one.reasoning, train=one.train)
    else:
        for result in result_list(text, builder.open_tools()):
            builder.add_result(number, result.text, name=result.name)


def _text(message: Message, kind: str) -> str:
    return canonical_text("".join(part["value"] for part in _listed(message) if part["type"] == kind))


def _answer(builder: DialogueBuilder, number: int, message: Message, text: str) -> AnswerPart:
    try:
        written = [part["value"] for part in _listed(message) if part["type"] == "tool_call"]
        calls = [call for one in written for call in written_calls(one)]
    except DialogueError as error:
        calls = []
        builder.add_problems(number, error)
    return AnswerPart(number, text, tuple(calls), _text(message, "reasoning"), is_learned(message))


TYPED_PARTS = Dialect("typed_parts", "LLaMA-Factory's parts with `type` and `value`", recognizes, read)
