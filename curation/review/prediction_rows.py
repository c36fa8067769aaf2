"""Rows of a file of predictions, matched to the records of the workspace by id or by content."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.example import record_id
from winnow.curation.ingest.scrub_content import scrub_content
from winnow.curation.io.readers.raw_rows import read_rows
from winnow.curation.pii.scrub import Scrubber
from winnow.curation.review.proposal_rules import NotProposed
from winnow.curation.review.store_proposals import PredictedLabel
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind
from winnow.validators.text import Drop

ID_COLUMNS = ("id", "record", "record_id")

PREDICTED_COLUMNS = ("predicted", "prediction", "predicted_label")
"""Preferred to a column of labels, which may hold something else."""

CONFIDENCE_COLUMNS = ("confidence", "score")


class RefusedRow(NamedTuple):
    """A row that proposes nothing."""

    row: int
    reason: NotProposed
    detail: str = ""


@dataclass(frozen=True)
class PredictionRows:
    """The rows of a file."""

    by_row: Mapping[int, PredictedLabel]
    """The predictions, by the number of their row: one per record."""
    refused: Sequence[RefusedRow]
    """Rows that are no prediction for a record."""


@dataclass(frozen=True)
class _PredictionReader:
    """How the rows of one file are read."""

    task: Task
    kind: Kind
    scrubber: Scrubber
    label_now: Callable[[str], str]
    columns: Mapping[str, str]
    """The names of the file's columns by their folded names."""

    def read(self, number: int, fields: Mapping[str, Any] | Drop) -> PredictedLabel | RefusedRow:
        """The prediction of one row, or why it has none."""
        if isinstance(fields, Drop):
            return RefusedRow(number, NotProposed.UNREADABLE, fields.detail)
        record = self._cell(fields, ID_COLUMNS) or self._record_of_content(fields)
        if isinstance(record, Drop):
            return RefusedRow(number, NotProposed.UNREADABLE, f"{record.reason}: {record.detail}")
        label = self._cell(fields, (*PREDICTED_COLUMNS, *self.kind.label_columns))
        if not label:
            return RefusedRow(number, NotProposed.NO_LABEL)
        given = self._cell(fields, CONFIDENCE_COLUMNS)
        confidence = _as_share(given) if given else None
        if given and confidence is None:
            return RefusedRow(number, NotProposed.UNREADABLE, f"confidence {given[:40]!r}: a number from 0 to 1")
        return PredictedLabel(record, self._label_today(label), confidence)

    def _record_of_content(self, fields: Mapping[str, Any]) -> str | Drop:
        """The id of the record with the row's content, its private data replaced as when it was added."""
        content = {
            name: next((fields[self.columns[one]] for one in part.names if one in self.columns), None)
            for name, part in self.kind.content_columns.items()
        }
        parsed = self.kind.parse(content, self.task)
        if isinstance(parsed, Drop):
            return parsed
        scrubbed = scrub_content(self.kind, parsed, self.task, self.scrubber)
        return scrubbed if isinstance(scrubbed, Drop) else record_id(self.kind.name, scrubbed.text)

    @cached_property
    def _targets(self) -> frozenset[str]:
        return frozenset(self.kind.targets(self.task))

    def _label_today(self, label: str) -> str:
        known = label in self._targets or self.kind.is_other_target(label, self.task)
        return label if known else self.label_now(label)

    def _cell(self, fields: Mapping[str, Any], names: Sequence[str]) -> str:
        """The first of some columns as text; empty where it is."""
        value = next((fields.get(self.columns[name]) for name in names if name in self.columns), None)
        return "" if value is None or value != value else str(value).strip()


def read_prediction_rows(
    path: Path, task: Task, scrubber: Scrubber, *, label_now: Callable[[str], str]
) -> PredictionRows:
    """The predictions of a file in any format that `add` reads, and the rows that are none.

    Raises WinnowError when the file cannot be read, or lacks a column.
    """
    found, kind = read_rows(path), kind_of(task)
    good = [fields for _, fields in found.rows if not isinstance(fields, Drop)]
    present = list(dict.fromkeys(key for fields in good for key in fields))
    columns = {name.strip().lower(): name for name in reversed(present)}
    _check_columns(found.name, columns, kind)
    reader = _PredictionReader(task, kind, scrubber, label_now, columns)
    by_row: dict[int, PredictedLabel] = {}
    refused: list[RefusedRow] = []
    first: dict[str, int] = {}
    for number, fields in found.rows:
        one = reader.read(number, fields)
        if isinstance(one, RefusedRow):
            refused.append(one)
        elif one.record_id in first:
            refused.append(RefusedRow(number, NotProposed.REPEATED, f"row {first[one.record_id]}"))
        else:
            first[one.record_id] = number
            by_row[number] = one
    return PredictionRows(by_row, refused)


def _check_columns(name: str, columns: Mapping[str, str], kind: Kind) -> None:
    held = ", ".join(list(columns.values())[:20]) or "none"
    problems = []
    if not any(one in columns for one in ID_COLUMNS) and not kind.content_names & columns.keys():
        expected = f"a column `id`, or {' and '.join(f'`{column}`' for column in kind.content_columns)}"
        problems.append(Problem(name, f"no id and no content among {held}", expected, "rename the column"))
    if not any(one in columns for one in (*PREDICTED_COLUMNS, *kind.label_columns)):
        problems.append(Problem(name, f"no label among {held}", "a column `label`", "rename the column"))
    if problems:
        raise WinnowError(problems)


def _as_share(value: str) -> float | None:
    """A number from 0 to 1; None for anything else."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and 0 <= number <= 1 else None
