"""Read an output or a correction of an interaction log as an answer: text, calls, a label or whole messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from winnow.core.interaction_line import CorrectionKey
from winnow.validators.tools.dialects.argument_object import ArgumentsError, read_arguments
from winnow.validators.tools.dialogue import Role

MESSAGE_KEYS = frozenset({"content", "tool_calls", "calls"})
"""Keys of an object that is a message of the assistant."""

EXPECTED = (
    "a text, a message, calls with name and arguments, a list of messages, or an object with one of "
    + ", ".join(CorrectionKey)
)


class GivenCall(NamedTuple):
    """One call of an answer."""

    name: str
    arguments: Mapping[str, Any]


class GivenAnswer(NamedTuple):
    """What an output or a correction says."""

    text: str = ""
    calls: tuple[GivenCall, ...] = ()
    messages: Sequence[Any] = ()
    """The whole conversation, or the messages that follow it; empty if only an answer is given."""
    label: str | None = None


class AnswerError(ValueError):
    """Why a value is no answer: what was found and what was expected."""


def given_answer(value: object) -> GivenAnswer:
    """The answer that a value gives. Raises AnswerError for a value of another form."""
    if isinstance(value, str):
        return GivenAnswer(value)
    if isinstance(value, Sequence) and value and all(isinstance(one, Mapping) for one in value):
        return GivenAnswer(messages=value) if "role" in value[0] else GivenAnswer(calls=_calls(value))
    if not isinstance(value, Mapping):
        raise AnswerError(f"{_shown(value)}, expected {EXPECTED}")
    return _of_object(value)


def _of_object(value: Mapping[str, Any]) -> GivenAnswer:
    keys = set(value)
    if "role" in keys:
        if value["role"] != Role.ASSISTANT:
            raise AnswerError(f"a message of the role {value['role']!r}, expected one of the assistant")
        return _of_message(value)
    if keys in ({CorrectionKey.TEXT}, {CorrectionKey.LABEL}) and isinstance(next(iter(value.values())), str):
        return GivenAnswer(text=value.get(CorrectionKey.TEXT, ""), label=value.get(CorrectionKey.LABEL))
    if keys == {CorrectionKey.MESSAGES} and isinstance(value["messages"], list) and value["messages"]:
        return GivenAnswer(messages=value["messages"])
    if {"name", "arguments"} <= keys:
        return GivenAnswer(calls=_calls([value]))
    if keys & MESSAGE_KEYS:
        return _of_message(value)
    raise AnswerError(f"{_shown(value)}, expected {EXPECTED}")


def _of_message(value: Mapping[str, Any]) -> GivenAnswer:
    if unknown := sorted(value.keys() - MESSAGE_KEYS - {"role"}):
        raise AnswerError(f"a message with the key {unknown[0]!r}, expected content and calls")
    text, calls = value.get("content") or "", value.get("calls") or value.get("tool_calls") or []
    if not isinstance(text, str) or not isinstance(calls, list) or ("calls" in value and "tool_calls" in value):
        raise AnswerError(f"{_shown(value)}, expected content as text and one list of calls")
    return GivenAnswer(text, _calls(calls))


def _calls(values: Sequence[Any]) -> tuple[GivenCall, ...]:
    return tuple(_call(number, one) for number, one in enumerate(values, 1))


def _call(number: int, value: object) -> GivenCall:
    """One call: `name` and `arguments`, by themselves or under `function`; the id is given anew."""
    function = value.get("function", value) if isinstance(value, Mapping) else value
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
        raise AnswerError(f"call {number} is {_shown(value)}, expected an object with name and arguments")
    allowed = {"id", "type", "function"} if function is not value else {"id", "name", "arguments"}
    unknown = sorted((set(value) - allowed) | (set(function) - {"id", "name", "arguments"}))  # type: ignore[call-overload]
    if unknown:
        raise AnswerError(f"call {number} has the unknown key {unknown[0]!r}, expected name and arguments")
    try:
        return GivenCall(function["name"], read_arguments(function.get("arguments")).value)
    except ArgumentsError as error:
        raise AnswerError(f"call {number}, {function['name']!r}: {error}") from None


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return f"an object with {', '.join(map(str, sorted(value)[:5])) or 'no key'}"
    return f"{value!r}"[:60]
