"""An answer that a row holds as text: calls in an explicit form are calls, and what only looks like one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.validators.tools.call_formats import fenced_json, hermes_tags
from winnow.validators.tools.call_formats.answer import FormatError
from winnow.validators.tools.call_formats.calls_in_prose import calls_in_prose
from winnow.validators.tools.call_formats.openai_tool_calls import call_object
from winnow.validators.tools.dialects.text_calls import FENCED_CALL
from winnow.validators.tools.strict_json import JsonError, read_json, write_json

CALL_KEYS = frozenset({"name", "arguments"})


class AnswerTextError(ValueError):
    """Why a text is neither an answer in prose nor calls."""


def answer_message(text: str) -> dict[str, Any]:
    """The text as a message: with calls of OpenAI's chat for JSON of calls and nothing else, else as it is.

    Hermes' tags are left in the text: the dialect `hermes` reads them. Raises AnswerTextError for text that looks like
    a call in another form, or like a damaged one.
    """
    listed = _listed_calls(text)
    if listed:
        return {"role": "assistant", "content": "", "tool_calls": [*map(_call, listed)]}
    if FENCED_CALL.search(text):
        return _fenced(text)
    is_tagged = hermes_tags.OPENING in text
    place = None if is_tagged else min(calls_in_prose(text), default=None)
    if place is not None:
        excerpt = text[place : place + 60]
        raise AnswerTextError(
            f"{excerpt!r} looks like a call; expected: the tags {hermes_tags.OPENING}, or JSON with name and arguments"
        )
    return {"role": "assistant", "content": text}


def _fenced(text: str) -> dict[str, Any]:
    try:
        answer = fenced_json.parse(text.strip())
    except FormatError as error:
        raise AnswerTextError("; ".join(map(str, error.problems))) from None
    calls = [_call({"name": call.name, "arguments": call.arguments}) for call in answer.calls]
    return {"role": "assistant", "content": answer.content, "tool_calls": calls}


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


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    return call_object(call["name"], write_json(call["arguments"], sort_keys=False))
