"""The text of an answer of a model, as its call format reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from winnow.validators.tools.call_formats import CALL_FORMATS, Answer
from winnow.validators.tools.dialogue import Role, Tool
from winnow.validators.tools.strict_json import JsonError, read_json

MESSAGE_KEYS = frozenset({"role", "tool_calls", "function_call"})
"""A JSON object with one of these is a message of the assistant; any other text is its content."""


def read_answer_text(text: str, tools: Sequence[Tool], call_format: str) -> Answer:
    """What an answer says and calls. Raises FormatError for what breaks the call format.

    Where calls are no text, the answer is the JSON of a message, or the content of one.
    """
    form = CALL_FORMATS[call_format]
    return form.parse(text if form.in_text else _message(text), tools)


def _message(text: str) -> dict[str, Any]:
    try:
        value = read_json(text)
    except JsonError:
        value = None
    if isinstance(value, dict) and MESSAGE_KEYS & value.keys():
        return {"role": Role.ASSISTANT.value, **value}
    return {"role": Role.ASSISTANT.value, "content": text}
