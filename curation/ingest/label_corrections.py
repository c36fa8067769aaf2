"""Corrected labels in a table of suspected label errors: which rows a person decided, and which are wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from winnow.core.csv_cells import unescape_cell
from winnow.core.errors import Problem
from winnow.core.example import record_id
from winnow.core.vocabulary import State
from winnow.core.working_row import WorkingRow
from winnow.curation.io.readers.numbered_rows import Fields, NumberedRow, value_text
from winnow.validators.kinds.kind import Kind
from winnow.validators.text import Drop, label_problem

CORRECTION_COLUMNS = frozenset({"id", "text", "label", "given_label", "suggested_label"})
"""The columns by which a table of suspected label errors is recognized; `label` is the one to edit."""

CONFIRMED = "confirmed"
"""The column in which any value confirms the label as it is."""

PROBLEMS_SHOWN = 20
"""Wrong rows that are named; the others are counted."""


@dataclass(frozen=True)
class CorrectionTable:
    """A table of suspected label errors that came back."""

    name: str
    file_hash: str
    rows: Sequence[NumberedRow]


class LabelCorrection(NamedTuple):
    """What a person decided about the label of one record."""

    record_id: str
    label: str
    number: int
    """The row of the table."""
    is_new: bool
    """Whether it is another label than the one in the table; else the person confirmed that one."""


@dataclass(frozen=True)
class ReadCorrections:
    """The rows of a table, sorted."""

    decided: list[LabelCorrection]
    unchanged: int
    """Rows that the person left as they were: nothing is decided about them."""
    problems: list[Problem]
    """Rows that are wrong."""


@dataclass(frozen=True)
class LabelsInUse:
    """What decides which corrections are right."""

    kind: Kind
    targets: Sequence[str]
    """The labels of the task."""
    renamed: Mapping[str, str]
    """The label of today for earlier names."""
    records: Mapping[str, WorkingRow]
    """Every record, by id."""
    scrubbed: Callable[[str], str]
    """A text as the table shows it where private data was found in it."""


def is_correction_table(rows: Sequence[NumberedRow]) -> bool:
    """Whether rows are those of a table of suspected label errors, by their columns."""
    good = [fields for _, fields in rows if not isinstance(fields, Drop)]
    return bool(good) and all(fields.keys() >= CORRECTION_COLUMNS for fields in good)


def holds_corrections(rows: Sequence[NumberedRow]) -> bool:
    """Whether somebody changed or confirmed a label in a table of suspected label errors."""
    return is_correction_table(rows) and any(
        value_text(fields.get("label")) != value_text(fields.get("given_label")) or value_text(fields.get(CONFIRMED))
        for _, fields in rows
        if not isinstance(fields, Drop)
    )


def read_corrections(table: CorrectionTable, use: LabelsInUse) -> ReadCorrections:
    """Sort the rows of a table. A row is decided if its label was changed, or if it is confirmed."""
    decided: dict[str, LabelCorrection] = {}
    problems: list[Problem] = []
    unchanged = 0
    for number, fields in table.rows:
        found = _problem_of_row(fields) or _read_row(number, fields, use)
        if isinstance(found, LabelCorrection):
            found = _contradiction(found, decided) or decided.setdefault(found.record_id, found)
        if isinstance(found, Problem):
            problems.append(Problem(f"{table.name}, row {number}", found.found, found.expected, found.fix))
        unchanged += found is None
    return ReadCorrections(list(decided.values()), unchanged, problems)


def first_problems(problems: Sequence[Problem]) -> Iterator[Problem]:
    """The first problems, and how many more there are."""
    yield from problems[:PROBLEMS_SHOWN]
    if len(problems) > PROBLEMS_SHOWN:
        yield Problem("further rows", f"{len(problems) - PROBLEMS_SHOWN:,} more are wrong")


def _problem_of_row(fields: Fields | Drop) -> Problem | None:
    if isinstance(fields, Drop):
        return Problem("", f"{fields.reason}: {fields.detail}", "", "repair the row; nothing was stored")
    return None


def _read_row(number: int, fields: Any, use: LabelsInUse) -> LabelCorrection | Problem | None:
    """The decision in a row; None where there is none."""
    cells = {name: value_text(fields.get(name)).strip() for name in (*CORRECTION_COLUMNS, CONFIRMED)}
    label, given = (_label(cells[name], use) for name in ("label", "given_label"))
    if not label or (label == given and not cells[CONFIRMED]):
        return None
    row = _record(cells, use)
    if isinstance(row, Problem):
        return row
    if unknown := label_problem(label, list(use.targets)):
        return Problem("", unknown.detail, "a label of the task", "correct the label and add the file again")
    return LabelCorrection(row.id, label, number, is_new=label != given)


def _label(cell: str, use: LabelsInUse) -> str:
    """The label in a cell, under its name of today."""
    label = cell if cell in use.targets else unescape_cell(cell)
    return label if label in use.targets else use.renamed.get(label, label)


def _record(cells: Mapping[str, str], use: LabelsInUse) -> WorkingRow | Problem:
    """The record that a row is about: that of its id, else that of its text. Its text must be the record's."""
    texts = dict.fromkeys((cells["text"], unescape_cell(cells["text"])))
    contents = [use.kind.content_of({next(iter(use.kind.content_columns)): text}) for text in texts]
    row = use.records.get(cells["id"])
    if row is None:
        ids = (record_id(use.kind.name, content) for content in contents)
        row = next((use.records[one] for one in ids if one in use.records), None)
    if row is None:
        fix = "restore the columns id and text from the file that `label-errors` wrote"
        return Problem("", f"no record {cells['id'] or cells['text'][:60]!r}", "a record of the workspace", fix)
    if cells["text"] and row.content not in contents and use.scrubbed(row.content) not in texts:
        fix = "only labels are corrected here: restore the text, or retract its source and add the corrected file"
        return Problem("", f"the text is not that of record {row.id}", "the text as it was", fix)
    if row.state != State.LABELED:
        fix = "remove the row, or label the record in a queue"
        return Problem("", f"record {row.id} is {row.state}", "a labeled record", fix)
    return row


def _contradiction(found: LabelCorrection, decided: Mapping[str, LabelCorrection]) -> Problem | None:
    """Why a record cannot have two rows with different labels."""
    earlier = decided.get(found.record_id)
    if earlier is None or earlier.label == found.label:
        return None
    return Problem("", f"{found.label!r} for a record that is {earlier.label!r} in row {earlier.number}", "one label")
