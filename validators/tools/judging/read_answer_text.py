"""The text of an answer of a model, as its call format reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from winnow.validators.tools.call_formats import CALL_FORMATS, Answer, FormatError, FormatFault, FormatProblem
from winnow.validators.tools.dialogue import Role, Tool
from winnow.validators.tools.strict_json import JsonError, read_json

MESSAGE_KEYS = frozenset({"role", "tool_calls", "function_call"})
"""A JSON object with one of these is a message of the assistant; any other text is its content."""

MOST_LEVELS = 100
"""Deeper arguments are refused: comparing them would exceed the depth to which Python calls functions."""


def read_answer_text(text: str, tools: Sequence[Tool], call_format: str) -> Answer:
    """What an answer says and calls. Raises FormatError for what breaks the call format.

    Where calls are no text, the answer is the JSON of a message, or the content of one.
    """
    form = CALL_FORMATS[call_format]
    answer = form.parse(text if form.in_text else _message(text), tools)
    deep = [number for number, call in enumerate(answer.calls, 1) if _depth(call.arguments) > MOST_LEVELS]
    if deep:
        expected = f"at most {MOST_LEVELS} levels of lists and objects"
        raise FormatError(
            [FormatProblem(FormatFault.NOT_JSON, f"call {n}", "arguments nested too deeply", expected) for n in deep]
        )
    return answer


def _depth(value: object) -> int:
    """How many lists and objects stand inside each other; not counted further than it matters."""
    inside, depth = [value], 0
    while inside and depth <= MOST_LEVELS:
        inside = [one for outer in inside for one in _elements(outer)]
        depth += 1
    return depth


def _elements(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


def _message(text: str) -> dict[str, Any]:
    try:
        value = read_json(text)
    except JsonError:
        value = None
    if isinstance(value, dict) and MESSAGE_KEYS & value.keys():
        return {"role": Role.ASSISTANT.value, **value}
    return {"role": Role.ASSISTANT.value, "content": text}
