"""Calls as the key `tool_calls` of a message of OpenAI's chat completions API, and its predecessor `function_call`.

Their form has no single text, so that a message that is read and written again may differ in the white space of its
arguments. Everything else is strict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.validators.tools.call_formats.answer import (
    Answer,
    FormatError,
    FormatFault,
    FormatProblem,
    same_answer,
)
from winnow.validators.tools.call_formats.call_json import in_schema_order, json_type, name_fault
from winnow.validators.tools.call_formats.calls_in_prose import calls_in_prose
from winnow.validators.tools.call_formats.text_places import excerpt_at, place_at
from winnow.validators.tools.dialogue import Call, Role, Tool
from winnow.validators.tools.strict_json import JsonError, read_json, write_json

_CALL_KEYS = ("id", "type", "function")
_FUNCTION_KEYS = ("name", "arguments")
_MESSAGE_KEYS = ("role", "content", "tool_calls", "function_call")
_EMPTY_KEYS = ("refusal", "audio", "annotations")
"""Keys that the API adds to every message. Only their empty values are allowed: an answer has no place for others."""


def parse(message: Mapping[str, Any], tools: Sequence[Tool] = ()) -> Answer:
    """The answer that a message of the assistant holds; its calls have the ids of the message.

    Raises FormatError with every key that is unknown, missing or wrong, and for a call in the content.
    """
    problems = [*_message_problems(message), *_content_problems(message.get("content"), tools)]
    try:
        calls = read_calls(message)
    except FormatError as error:
        raise FormatError((*problems, *error.problems)) from None
    if problems:
        raise FormatError(problems)
    return Answer(message.get("content") or "", calls)


def read_calls(message: Mapping[str, Any]) -> tuple[Call, ...]:
    """The calls of a message, whatever other keys it has; the legacy `function_call`, which has no id, is `call_1`.

    Raises FormatError with everything that is wrong with them.
    """
    listed, legacy = message.get("tool_calls"), message.get("function_call")
    problems = list(_call_problems(listed, legacy))
    if problems:
        raise FormatError(problems)
    if legacy is not None:
        return (Call("call_1", legacy["name"], read_json(legacy["arguments"])),)
    return tuple(
        Call(one["id"], one["function"]["name"], read_json(one["function"]["arguments"])) for one in listed or ()
    )


def render(answer: Answer, tools: Sequence[Tool] = ()) -> dict[str, Any]:
    """The message of an answer. Its content is a string, also when it is empty: chat templates print null as "None".

    Raises FormatError for an answer that is not read back from its message.
    """
    message: dict[str, Any] = {"role": Role.ASSISTANT.value, "content": answer.content}
    if answer.calls:
        message["tool_calls"] = [_written_call(number, call, tools) for number, call in enumerate(answer.calls)]
    if not same_answer(parse(message, tools), answer):
        raise FormatError(
            [FormatProblem(FormatFault.NOT_PRESERVED, "tool_calls", "it is read differently", "JSON values")]
        )
    return message


def _written_call(number: int, call: Call, tools: Sequence[Tool]) -> dict[str, Any]:
    try:
        arguments = write_json(in_schema_order(call, tools), sort_keys=False)
    except (ValueError, TypeError, RecursionError) as error:
        place = f"tool_calls[{number}].function.arguments"
        problem = FormatProblem(FormatFault.NOT_JSON, place, str(error), "arguments that JSON can hold")
        raise FormatError([problem]) from None
    return {"id": call.id, **call_object(call.name, arguments)}


def call_object(name: str, arguments: str) -> dict[str, Any]:
    """A call without an id as `tool_calls` holds it; `arguments` is JSON text."""
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


def _message_problems(message: Mapping[str, Any]) -> Iterator[FormatProblem]:
    yield from _unknown_keys("", message, (*_MESSAGE_KEYS, *_EMPTY_KEYS))
    if message.get("role") != Role.ASSISTANT:
        found = f"{message['role']!r}" if "role" in message else "missing"
        yield FormatProblem(FormatFault.INVALID_VALUE, "role", found, repr(Role.ASSISTANT.value))
    for key in _EMPTY_KEYS:
        if message.get(key):
            yield FormatProblem(
                FormatFault.INVALID_VALUE, key, f"a value: {message[key]!r}", "null; content has the text"
            )


def _content_problems(content: object, tools: Sequence[Tool]) -> Iterator[FormatProblem]:
    if content is None:
        return
    if not isinstance(content, str):
        yield FormatProblem(FormatFault.INVALID_VALUE, "content", json_type(content), "a string, or null")
        return
    offset = min(calls_in_prose(content, tools), default=None)
    if offset is not None:
        place = f"content, {place_at(content, offset)}"
        yield FormatProblem(FormatFault.CALL_IN_PROSE, place, excerpt_at(content, offset), "each call in tool_calls")


def _call_problems(listed: object, legacy: object) -> Iterator[FormatProblem]:
    if listed is not None and not isinstance(listed, list):
        yield FormatProblem(FormatFault.INVALID_VALUE, "tool_calls", json_type(listed), "a list of calls")
        return
    if listed and legacy is not None:
        found = "the message has tool_calls too"
        yield FormatProblem(FormatFault.INVALID_VALUE, "function_call", found, "only one of the two")
    if legacy is not None:
        yield from _function_problems("function_call", legacy)
    for number, call in enumerate(listed or ()):
        yield from _listed_call_problems(f"tool_calls[{number}]", call)
    yield from _repeated_ids(listed or ())


def _listed_call_problems(place: str, call: object) -> Iterator[FormatProblem]:
    if not isinstance(call, dict):
        yield FormatProblem(FormatFault.NOT_AN_OBJECT, place, json_type(call), "an object with id, type and function")
        return
    yield from _unknown_keys(place, call, _CALL_KEYS)
    yield from _missing_keys(place, call, _CALL_KEYS)
    if "id" in call and not (isinstance(call["id"], str) and call["id"].strip()):
        yield FormatProblem(FormatFault.INVALID_ID, f"{place}.id", f"{call['id']!r}", "a string that is not empty")
    if "type" in call and call["type"] != "function":
        yield FormatProblem(FormatFault.INVALID_VALUE, f"{place}.type", f"{call['type']!r}", "'function'")
    if "function" in call:
        yield from _function_problems(f"{place}.function", call["function"])


def _function_problems(place: str, function: object) -> Iterator[FormatProblem]:
    if not isinstance(function, dict):
        yield FormatProblem(FormatFault.NOT_AN_OBJECT, place, json_type(function), "an object with name and arguments")
        return
    yield from _unknown_keys(place, function, _FUNCTION_KEYS)
    yield from _missing_keys(place, function, _FUNCTION_KEYS)
    if "name" in function and (found := name_fault(function["name"])):
        yield FormatProblem(FormatFault.INVALID_NAME, f"{place}.name", found, "the name of a tool")
    if "arguments" in function:
        yield from _arguments_problems(f"{place}.arguments", function["arguments"])


def _arguments_problems(place: str, arguments: object) -> Iterator[FormatProblem]:
    expected = "a string with the JSON of an object"
    if not isinstance(arguments, str):
        yield FormatProblem(FormatFault.INVALID_ARGUMENTS, place, json_type(arguments), expected)
        return
    try:
        value = read_json(arguments)
    except JsonError as error:
        where = f"{place}, {place_at(arguments, error.offset)}"
        found = f"{error.reason}: {excerpt_at(arguments, error.offset)}"
        yield FormatProblem(FormatFault.NOT_JSON, where, found, expected)
        return
    if not isinstance(value, dict):
        yield FormatProblem(FormatFault.INVALID_ARGUMENTS, place, f"the JSON of {json_type(value)}", expected)


def _repeated_ids(listed: Sequence[object]) -> Iterator[FormatProblem]:
    ids = [call["id"] if isinstance(call, dict) and isinstance(call.get("id"), str) else None for call in listed]
    for number, one in enumerate(ids):
        if one is not None and one in ids[:number]:
            place = f"tool_calls[{number}].id"
            yield FormatProblem(
                FormatFault.INVALID_ID, place, f"{one!r} is the id of an earlier call", "an id of its own"
            )


def _unknown_keys(place: str, found: Mapping[str, Any], known: Sequence[str]) -> Iterator[FormatProblem]:
    for key in found:
        if key not in known:
            where = f"{place}.{key}" if place else str(key)
            yield FormatProblem(FormatFault.UNKNOWN_KEY, where, f"unknown key {key!r}", "only " + ", ".join(known))


def _missing_keys(place: str, found: Mapping[str, Any], wanted: Sequence[str]) -> Iterator[FormatProblem]:
    for key in wanted:
        if key not in found:
            yield FormatProblem(FormatFault.MISSING_KEY, place, f"no key {key!r}", "all of " + ", ".join(wanted))
