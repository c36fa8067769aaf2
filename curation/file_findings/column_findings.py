"""The columns of a file: examples of their values, and what each is taken for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from winnow.curation.io.readers.fill_columns import FilledColumns
from winnow.curation.io.readers.numbered_rows import Fields, value_text
from winnow.curation.pii.detect import redact

EXAMPLES = 2
"""Values of a column that are shown."""

SHOWN_CHARACTERS = 48
"""Characters of a value that are shown."""

SHOWN_COLUMNS = 60
"""Columns that are described; a survey can have hundreds."""


OF_ANNOTATOR = "labels of one annotator"
"""What each of several columns of people is taken for."""


@dataclass(frozen=True)
class ColumnFinding:
    """One column of a file."""

    name: str
    role: str
    """What it is taken for; `read` for a part of a row that a known layout reads; empty if it is not used."""
    reason: str
    """Why, where its name is no known one."""
    filled: int
    """Rows with a value."""
    distinct: int
    """Distinct values."""
    examples: tuple[str, ...]
    """A few values, shortened and without private data."""


def column_findings(
    rows: Sequence[Fields], roles: Mapping[str, str], filled: FilledColumns, of_people: Sequence[str] = ()
) -> list[ColumnFinding]:
    """The columns of rows in the order of the file. `roles` maps a role to its column.

    Each of the columns `of_people` holds the labels of one annotator.
    """
    present = list(dict.fromkeys(key for fields in rows for key in fields))
    role_of = {column: role for role, column in roles.items()} | dict.fromkeys(of_people, OF_ANNOTATOR)
    reasons = {guess.column: guess.reason for guess in filled.guesses.values()}
    if "text" not in roles:  # a layout reads the parts of the rows
        role_of = {
            column: "read" for column in present if any(isinstance(one.get(column), dict | list) for one in rows)
        }
    return [_finding(rows, column, role_of.get(column, ""), reasons.get(column, "")) for column in present]


def _finding(rows: Sequence[Fields], column: str, role: str, reason: str) -> ColumnFinding:
    values = [value for fields in rows if (value := value_text(fields.get(column)).strip())]
    distinct = list(dict.fromkeys(values))
    return ColumnFinding(column, role, reason, len(values), len(distinct), tuple(map(shortened, distinct[:EXAMPLES])))


def shortened(value: str) -> str:
    """The beginning of a value on one line, with private data masked."""
    text = " ".join(redact(value[: 20 * SHOWN_CHARACTERS]).split())
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1].rstrip() + "…"
