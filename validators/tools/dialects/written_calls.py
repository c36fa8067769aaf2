"""Calls as files write them in a text: one object, a list of them, or several objects one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from winnow.validators.tools.call_formats.call_json import json_type, name_fault
from winnow.validators.tools.dialects.dialect import DialogueError
from winnow.validators.tools.dialects.dialogue_builder import SourceCall
from winnow.validators.tools.literals import list_elements, read_literal, read_literals
from winnow.validators.tools.strict_json import JsonError, write_json

CALL_KEYS = frozenset({"name", "arguments", "id", "type"})
"""The keys that a written call may have; `function` takes the place of name and arguments in OpenAI's form."""


def written_calls(text: str) -> list[SourceCall]:
    """The calls of a text, each with its own text. Raises DialogueError with every problem."""
    try:
        found = [one for value in read_literals(text) for one in list_elements(text, value)]
    except JsonError as error:
        raise DialogueError([f"a call is {error}"]) from None
    return source_calls([one.value for one in found], [text[one.start : one.end] for one in found])


def source_calls(values: list[Any], texts: list[str]) -> list[SourceCall]:
    """The calls of values that were read already, with the text of each. Raises DialogueError with every problem."""
    if not values:
        raise DialogueError(["no call, expected an object with name and arguments"])
    calls = [_in_one_object(value) for value in values]
    problems = [problem for call in calls for problem in _problems(call)]
    if problems:
        raise DialogueError(problems)
    return [
        SourceCall(call["name"], arguments_of(call["arguments"]), text, str(call.get("id") or ""))
        for call, text in zip(calls, texts, strict=True)
    ]


def structured_calls(value: object) -> list[SourceCall]:
    """The calls of a list or an object that the file holds as such. Raises DialogueError with every problem."""
    try:
        return written_calls(write_json(value, sort_keys=False))
    except (ValueError, TypeError, RecursionError) as error:
        raise error if isinstance(error, DialogueError) else DialogueError([f"a call holds no JSON: {error}"]) from None


def arguments_of(given: object) -> Mapping[str, Any]:
    """The arguments as an object; some files write them as JSON text. Raises JsonError for a text that is none."""
    found = read_literal(given) if isinstance(given, str) else given
    if not isinstance(found, Mapping):
        raise JsonError(f"{json_type(found)}, expected an object")
    return found


def _in_one_object(call: object) -> Any:
    """The call without OpenAI's object `function` around its name and arguments."""
    if isinstance(call, Mapping) and isinstance(call.get("function"), Mapping):
        return {**{key: value for key, value in call.items() if key != "function"}, **call["function"]}
    return call


def _problems(call: object) -> Iterator[str]:
    """What keeps a value from being a call."""
    if not isinstance(call, Mapping):
        yield f"a call is {json_type(call)}, expected an object with name and arguments"
        return
    if unknown := sorted(set(map(str, call)) - CALL_KEYS):
        yield f"unknown key {unknown[0]!r} in a call"
    if "name" not in call or name_fault(call["name"]):
        yield "a call names no tool" if "name" not in call else name_fault(call["name"])
    elif "arguments" not in call:
        yield f"the call of {call['name']!r} has no arguments, expected an object"
    else:
        yield from _argument_problems(call["name"], call["arguments"])


def _argument_problems(name: str, given: object) -> Iterator[str]:
    try:
        arguments_of(given)
    except JsonError as error:
        yield f"the arguments of {name!r} are {error}"
