"""Read a file of dropped rows: each fixed row becomes a row of the file that it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.interaction_vocabulary import InteractionDrop
from winnow.core.vocabulary import DropReason, RawFormat
from winnow.curation.io.dropped_line import DroppedBatch, DroppedLine, DroppedSource
from winnow.curation.io.foreign_values import from_json
from winnow.curation.io.readers.columns import KNOWN_NAMES, Columns, find_columns, layouts_of
from winnow.curation.io.readers.csv_reader import csv_rows, tsv_rows
from winnow.curation.io.readers.jsonl_reader import jsonl_rows
from winnow.curation.io.readers.numbered_rows import Fields, NumberedRow
from winnow.validators.kinds.kind import Kind
from winnow.validators.text import Drop

EARLIER_COLUMNS = frozenset(
    ("label", "route", "split", "session", "time", "reason", "detail", "file", "row", "origin", "license")
)
"""Columns of the CSV files of dropped rows that Winnow 0.2 wrote. Their texts may be cut."""

WITHHELD = (DropReason.PRIVATE_DATA, DropReason.SURROGATE_UNFIT, DropReason.FORGOTTEN)
"""Reasons for which the content of a dropped row is not written out."""

LOG_SETTING = "interactions"
"""The key in the settings of a source that says that it is an interaction log."""

LINE_READERS = {RawFormat.CSV: csv_rows, RawFormat.TSV: tsv_rows, RawFormat.JSONL: jsonl_rows}
"""How the raw line of a row that could not be read into columns is read after it was fixed."""


@dataclass(frozen=True)
class AsAdded:
    """How the source of dropped rows was added; its fixed rows are added the same way."""

    origin: str
    license: str
    split: str | None
    settings: str
    """Columns and options, as JSON, as the source stores them."""
    batch: DroppedBatch | None


@dataclass(frozen=True)
class ReadSource:
    """The rows of one source in a file of dropped rows."""

    name: str
    file_hash: str
    format: str
    columns: Columns
    rows: list[NumberedRow]
    unchanged: dict[int, Drop]
    """Why rows stay dropped whose columns are in `rows`, by their place there."""
    as_added: AsAdded
    is_log: bool = False
    """The rows are lines of an interaction log."""


def holds_dropped_rows(numbered: Sequence[NumberedRow]) -> bool:
    """Whether a row is marked as a dropped row."""
    return any(isinstance(fields, dict) and fields.get("winnow") == "dropped row" for _, fields in numbered)


def refuse_earlier_file(name: str, present: Sequence[str], first: Mapping[str, object]) -> None:
    """Raise WinnowError for a file of dropped rows that an earlier version wrote: its texts may be cut."""
    if set(present) >= EARLIER_COLUMNS:
        found = "dropped rows written by an earlier version of Winnow, which cut long texts"
        fix = f"run `{command('add', str(first.get('file') or 'FILE'))}` in the folder of that file"
        raise WinnowError(Problem(name, found, "the file that the rows came from", fix))


def dropped_sources(name: str, numbered: Sequence[NumberedRow], kind: Kind) -> list[ReadSource]:
    """The rows of a file of dropped rows, by the source that they came from.

    Raises WinnowError with every line that is not one of a dropped row.
    """
    lines: dict[str, list[DroppedLine]] = {}
    problems = []
    for number, fields in numbered:
        line = _line_or_problem(f"{name}, line {number}", fields)
        if isinstance(line, Problem):
            problems.append(line)
        else:
            lines.setdefault(f"{line.file}\0{json.dumps(line.source.model_dump(), sort_keys=True)}", []).append(line)
    if problems:
        raise WinnowError(problems)
    return [_source(found, kind) for found in lines.values()]


def _line_or_problem(place: str, fields: Fields | Drop) -> DroppedLine | Problem:
    expected = "a line of a file of dropped rows, of which only `row` or `raw` was changed"
    fix = "correct the line, or delete it"
    if isinstance(fields, Drop):
        return Problem(place, fields.detail, expected, fix)
    try:
        line = DroppedLine.model_validate(fields)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3])
        return Problem(place, faults, expected, fix)
    row: Any = line.row
    if row is not None and not isinstance(row, dict):
        return Problem(place, f"`row` is a {type(row).__name__}", "an object with the columns of the row", fix)
    if row is None and not isinstance(line.raw, str):
        return Problem(place, "neither `row` nor `raw`", expected, fix)
    return line


def _source(lines: Sequence[DroppedLine], kind: Kind) -> ReadSource:
    first, source = lines[0], lines[0].source
    columns = _columns(source, kind)
    rows: list[NumberedRow] = [(line.number, _fields(line)) for line in lines]
    good = [fields for _, fields in rows if isinstance(fields, dict)]
    if good and not columns.content and not source.settings.get(LOG_SETTING):
        present = list(dict.fromkeys(key for fields in good for key in fields))
        layouts = layouts_of(good, kind)
        columns = find_columns(columns, present, splits=(), name=first.file, kind=kind, layouts=layouts, rows=good)
    settings = json.dumps(source.settings, sort_keys=True)
    as_added = AsAdded(source.origin, source.license, source.split, settings, source.batch)
    unchanged = {
        place: Drop(line.reason, line.detail) for place, line in enumerate(lines) if _stays_dropped(line, columns)
    }
    is_log = bool(source.settings.get(LOG_SETTING))
    return ReadSource(first.file, source.file_hash, source.format, columns, rows, unchanged, as_added, is_log)


def _columns(source: DroppedSource, kind: Kind) -> Columns:
    """The columns that the source was added with."""
    named = {role: str(column) for role, column in dict(source.settings.get("columns") or {}).items()}
    content = {role: named[role] for role in kind.content_columns if role in named}
    roles: dict[str, Any] = {role: named.get(role) for role in (*KNOWN_NAMES, "group")}
    return Columns(text=content.get(next(iter(kind.content_columns))), content=content, **roles)


def _fields(line: DroppedLine) -> Fields | Drop:
    """The columns of a row, or why its raw line cannot be read into columns."""
    if line.row is None:
        read = next(LINE_READERS[line.source.format](line.raw or ""), None)
        return read[1] if read else Drop(line.reason, line.detail, line.raw or "")
    return {str(key): from_json(value) for key, value in line.row.items()}


def _stays_dropped(line: DroppedLine, columns: Columns) -> bool:
    """Whether a row with columns cannot be added from here: its content is still withheld, or it is not repairable."""
    if line.row is None:
        return False
    is_withheld = line.reason in WITHHELD and not any(line.row.get(name) for name in columns.content.values())
    return is_withheld or not line.repairable or line.reason not in [*DropReason, *InteractionDrop]
