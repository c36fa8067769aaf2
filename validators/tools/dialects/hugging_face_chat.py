"""The chat of Hugging Face's templates and TRL: OpenAI's messages, with arguments as objects and without ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.validators.tools.dialects import openai_chat
from winnow.validators.tools.dialects.argument_object import ArgumentsError, read_arguments
from winnow.validators.tools.dialects.dialect import Dialect, Message, SourceDialogue
from winnow.validators.tools.dialects.dialogue_builder import DialogueBuilder, SourceCall

CALL_KEYS = frozenset({"id", "type", "function"})
FUNCTION_KEYS = frozenset({"name", "arguments"})


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether messages of OpenAI's roles have a call that OpenAI's API would refuse: with an object, or without id."""
    return openai_chat.recognizes(messages) and any(
        isinstance(call, Mapping) and _is_own(call) for message in messages for call in _listed(message)
    )


def read(messages: Sequence[Message]) -> SourceDialogue:
    """The dialogue. Raises DialogueError with every problem."""
    return openai_chat.read_messages(messages, calls=_calls)


def _listed(message: Message) -> Sequence[Any]:
    calls = message.get("tool_calls")
    return calls if isinstance(calls, list) else ()


def _is_own(call: Mapping[str, Any]) -> bool:
    function = _function_of(call)
    is_object = isinstance(function, Mapping) and isinstance(function.get("arguments"), Mapping)
    return is_object or not call.get("id")


def _function_of(call: Mapping[str, Any]) -> object:
    """The name and the arguments; templates accept both with and without the key `function` around them."""
    return call.get("function", {key: call[key] for key in call if key in FUNCTION_KEYS})


def _calls(builder: DialogueBuilder, number: int, message: Message) -> Iterator[SourceCall]:
    listed = message.get("tool_calls")
    if message.get("function_call") is not None or not isinstance(listed, list | None):
        builder.add_problem(number, "calls in another form than a list `tool_calls`")
        return
    for place, call in enumerate(listed or ()):
        where = f"tool_calls[{place}]"
        problem = _problem(call)
        if problem:
            builder.add_problem(number, f"{where}: {problem}")
            continue
        function: Any = _function_of(call)
        try:
            arguments = read_arguments(function["arguments"])
        except ArgumentsError as error:
            builder.add_problem(number, f"{where}, {function['name']!r}: {error}")
            continue
        yield SourceCall(function["name"], arguments.value, arguments.raw, call.get("id") or "")


def _problem(call: object) -> str:
    """What is wrong with a call besides its arguments; empty if nothing."""
    if not isinstance(call, Mapping):
        return "no object"
    given = {key for key, value in call.items() if value is not None}
    known = CALL_KEYS if "function" in call else {*CALL_KEYS, *FUNCTION_KEYS}
    function = _function_of(call)
    if unknown := sorted(map(str, given - known)):
        return f"unknown key {unknown[0]!r}"
    if not isinstance(call.get("id"), str | None) or call.get("type") not in (None, "function"):
        return f"id {call.get('id')!r} and type {call.get('type')!r}, expected a text and 'function'"
    if not isinstance(function, Mapping) or not isinstance(function.get("name"), str) or not function["name"].strip():
        return "it names no tool"
    if unknown := sorted(map(str, set(function) - FUNCTION_KEYS)):
        return f"unknown key {unknown[0]!r}"
    return "" if "arguments" in function else f"{function['name']!r} has no arguments"


HUGGING_FACE = Dialect("hugging_face", "Hugging Face chat with arguments as objects", recognizes, read)
