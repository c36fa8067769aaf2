"""An answer that a row holds as text: calls in an explicit form are calls, and what only looks like one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.validators.tools.call_formats import hermes_tags
from winnow.validators.tools.call_formats.answer import FormatError
from winnow.validators.tools.call_formats.calls_in_prose import calls_in_prose
from winnow.validators.tools.dialogue import Call
from winnow.validators.tools.strict_json import JsonError, read_json, write_json

CALL_KEYS = frozenset({"name", "arguments"})


class AnswerTextError(ValueError):
    """Why a text is neither an answer in prose nor calls."""


def answer_message(text: str) -> dict[str, Any]:
    """The text as a message of OpenAI's chat: JSON of calls and nothing else, Hermes' tags after prose, or prose.

    Raises AnswerTextError for text that looks like a call in another form, or like a damaged one.
    """
    listed = _listed_calls(text)
    if listed:
        return _message("", [call["arguments"] for call in listed], [call["name"] for call in listed])
    if "<tool_call>" in text:
        return _tagged(text)
    place = min(calls_in_prose(text), default=None)
    if place is not None:
        excerpt = text[place : place + 60]
        raise AnswerTextError(
            f"{excerpt!r} looks like a call; expected: the tags <tool_call>, or JSON with name and arguments"
        )
    return {"role": "assistant", "content": text}


def _listed_calls(text: str) -> list[Any]:
    """The calls of a text that is one JSON object with name and arguments, or a list of them; else none."""
    if not text.lstrip().startswith(("[", "{")):
        return []
    try:
        value = read_json(text)
    except JsonError:
        return []
    calls = value if isinstance(value, list) else [value]
    return calls if all(map(_is_call, calls)) else []


def _is_call(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and value.keys() == CALL_KEYS
        and isinstance(value["name"], str)
        and isinstance(value["arguments"], Mapping)
    )


def _tagged(text: str) -> dict[str, Any]:
    try:
        answer = hermes_tags.parse(text.strip())
    except FormatError as error:
        raise AnswerTextError("; ".join(map(str, error.problems))) from None
    calls: tuple[Call, ...] = answer.calls
    return _message(answer.content, [call.arguments for call in calls], [call.name for call in calls])


def _message(content: str, arguments: list[Any], names: list[str]) -> dict[str, Any]:
    calls = [
        {"type": "function", "function": {"name": name, "arguments": write_json(given, sort_keys=False)}}
        for name, given in zip(names, arguments, strict=True)
    ]
    return {"role": "assistant", "content": content, "tool_calls": calls}
