"""Read another system's file of answers in dialogues: which answer it is, and the answer as text or as a message."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.curation.io.readers.raw_rows import RawRows, read_rows
from winnow.training.imported_runs.prediction_file import ID_NAMES
from winnow.validators.text import Drop

MESSAGES_NAMES = ("messages", "conversation", "conversations")

TURN_NAMES = ("turn", "answer_number")

TEXT_NAMES = ("answer", "response", "completion", "output", "text", "prediction", "predicted")
"""Columns of an answer in text, as the call format of the task writes it. A message there is read as one, too."""

MESSAGE_NAMES = ("message", "answer_message")
"""Columns of an answer as a message in any format of dialogues."""

CALLS_NAMES = ("tool_calls", "calls", "function_call")
"""Columns of calls alone: a list of objects with name and arguments."""

FINISH_NAMES = ("finish_reason", "stop_reason")

CUT_REASONS = frozenset({"length", "max_tokens"})
"""What services state where an answer was cut at the longest that is allowed."""


@dataclass(frozen=True)
class FileAnswer:
    """The answer in one row of the file, not yet read."""

    row: int
    id: str | None
    """The id of a record, or of one answer: the record and the number of the turn, `ID:3`."""
    messages: object
    """What was asked; None where the row has an id."""
    tools: object
    turn: int | None
    """The number of the turn in the dialogue, from 1."""
    answer: object
    """Text, a message, or the list of calls."""
    finished: bool


@dataclass(frozen=True)
class AnswerFile:
    """The contents of a file of answers."""

    name: str
    sha256: str
    rows: list[FileAnswer]
    problems: list[Problem]
    """One problem per row that cannot be used; the other rows are in `rows`."""


def read_answers(path: Path) -> AnswerFile:
    """Read a file in any format that `add` reads.

    Raises WinnowError when the file cannot be read, or has no column of answers, or neither ids nor messages.
    """
    found = read_rows(path)
    _require_columns(found)
    rows: list[FileAnswer] = []
    problems: list[Problem] = []
    for number, fields in found.rows:
        where = f"{found.name}, row {number}"
        if isinstance(fields, Drop):
            problems.append(Problem(where, fields.detail, "a readable row", "correct the row"))
            continue
        try:
            rows.append(_given(number, _folded(fields), where))
        except WinnowError as error:
            problems += error.problems
    return AnswerFile(found.name, found.file_hash, rows, problems)


def _require_columns(found: RawRows) -> None:
    names = {str(key).strip().lower() for _, fields in found.rows if not isinstance(fields, Drop) for key in fields}
    held = ", ".join(sorted(names)[:20]) or "none"
    problems = []
    if not names.intersection((*ID_NAMES, *MESSAGES_NAMES)):
        problems.append(
            Problem(found.name, f"no id or messages among {held}", "a column `id` or `messages`", "rename the column")
        )
    if not names.intersection((*TEXT_NAMES, *MESSAGE_NAMES, *CALLS_NAMES)):
        problems.append(
            Problem(found.name, f"no answer among {held}", "a column `answer` or `message`", "rename the column")
        )
    if problems:
        raise WinnowError(problems)


def _folded(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key).strip().lower(): value for key, value in reversed([*fields.items()])}


def _given(number: int, fields: Mapping[str, Any], where: str) -> FileAnswer:
    """Raises WinnowError with what the row lacks."""
    record, messages = _first(fields, ID_NAMES), _first(fields, MESSAGES_NAMES)
    if record is None and messages is None:
        raise WinnowError(Problem(where, "neither id nor messages", "one of them", "add the id of the record"))
    answer = _first(fields, (*MESSAGE_NAMES, *TEXT_NAMES))
    calls = _first(fields, CALLS_NAMES)
    return FileAnswer(
        row=number,
        id=None if record is None else str(record).strip(),
        messages=messages,
        tools=fields.get("tools"),
        turn=_turn(_first(fields, TURN_NAMES), where),
        answer=_with_calls(answer, calls),
        finished=str(_first(fields, FINISH_NAMES) or "").lower() not in CUT_REASONS,
    )


def _with_calls(answer: object, calls: object) -> object:
    """An answer with calls in a column of their own is a message."""
    value = _json(calls)
    if not value:
        return "" if answer is None else answer
    if isinstance(answer, Mapping):
        return answer
    return {"role": "assistant", "content": answer or "", "tool_calls": value if isinstance(value, list) else [value]}


def _json(value: object) -> Any:
    """A cell with JSON as what it holds."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _turn(value: object, where: str) -> int | None:
    if value is None:
        return None
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if number < 1:
        fix = "number the turns of the dialogue, those of the user included"
        raise WinnowError(Problem(where, f"turn {str(value)[:40]!r}", "a whole number from 1", fix))
    return number


def _first(fields: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The first of these cells that is not empty."""
    values = (fields.get(name) for name in names)
    return next((one for one in values if one is not None and one == one and one != ""), None)
