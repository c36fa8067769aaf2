"""Read the answers of a file whose messages hold the raw output of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from winnow.core.vocabulary import DropReason
from winnow.curation.io.model_output import OUTPUT_FORMS
from winnow.curation.io.model_output.output_form import ModelOutputError, OutputForm
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.validators.text import Drop
from winnow.validators.tools.dialogue import Role
from winnow.validators.tools.strict_json import JsonError, read_cell

CALL_KEYS = ("tool_calls", "function_call", "calls")


def read_model_output(rows: SourceRows, name: str | None) -> SourceRows:
    """The rows with the answers of the assistant read from their text; the same rows without a name of a form.

    A row with an answer that cannot be read gets the problem.
    """
    if name is None:
        return rows
    form = OUTPUT_FORMS[name]
    return replace(rows, rows=[_row(row, form, name) for row in rows.rows])


def _row(row: SourceRow, form: OutputForm, name: str) -> SourceRow:
    if row.problem is not None:
        return row
    try:
        messages = _messages(row.content.get("messages"))
        read = [_message(number, one, form, name) for number, one in enumerate(messages, 1)]
    except ModelOutputError as error:
        return replace(row, problem=Drop(DropReason.MALFORMED_DIALOGUE, str(error)))
    return replace(row, content={**row.content, "messages": read})


def _messages(value: object) -> list[Any]:
    try:
        value = read_cell(value)
    except JsonError as error:
        raise ModelOutputError(f"the messages are {error}") from None
    if not isinstance(value, list) or not all(isinstance(one, Mapping) and "role" in one for one in value):
        raise ModelOutputError("the messages are not a list of objects with a role and a content")
    return value


def _message(number: int, message: Mapping[str, Any], form: OutputForm, name: str) -> Mapping[str, Any]:
    if message["role"] != Role.ASSISTANT:
        return message
    if any(message.get(key) for key in CALL_KEYS) or not isinstance(message.get("content"), str):
        raise ModelOutputError(
            f"message {number}: calls in addition to the text, or no text; expected: output of {name} as text"
        )
    try:
        answer = form.read(message["content"])
    except ModelOutputError as error:
        raise ModelOutputError(f"message {number}: not valid output of {name}: {error}") from None
    return {**message, **answer.message()}
