"""Read every row of a new release back from the formats that it can be exported in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from winnow.config.task import Task
from winnow.core.counted import agreeing, counted
from winnow.core.csv_cells import unescape_cell
from winnow.core.errors import Problem, WinnowError
from winnow.core.export_losses import ExportLoss
from winnow.core.prompt_template import parse_template
from winnow.core.record import Record
from winnow.curation.io.readers.csv_reader import csv_rows
from winnow.curation.io.readers.jsonl_reader import jsonl_rows
from winnow.curation.io.readers.numbered_rows import NumberedRow
from winnow.curation.io.readers.raw_rows import RawRows
from winnow.curation.io.readers.source_rows import rows_of_file
from winnow.curation.io.writers import WRITERS, row_formats_of
from winnow.curation.io.writers.export_format import ExportFormat, Line
from winnow.curation.io.writers.written_rows import content_rows, written_rows
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind
from winnow.validators.text import Drop

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 1000
"""So many rows are read back at once."""

PROBLEMS_SHOWN = 5
"""A refused freeze names so many rows of each format."""


class ExportFacts(Record):
    """The rows of a release in one export format."""

    whole: int
    """Rows that the format holds whole."""
    read_back: bool
    """Whether each of these was written, read back and found to be the same record at the freeze."""
    losses: dict[ExportLoss, int]
    """Rows that lose something or are left out, by what it is; one row can have several."""


def exports_of(rows: pd.DataFrame, task: Task) -> dict[str, ExportFacts]:
    """How every format of the kind that writes rows by themselves holds those of a release, by its name.

    Raises WinnowError with the rows that do not come back from a format that the kind declares lossless.
    """
    kind = kind_of(task)
    found = {name: _Counts() for name in row_formats_of(kind)}
    for start in range(0, len(rows), CHUNK):
        _count(rows.iloc[start : start + CHUNK], task, kind, found)
    problems = [problem for one in found.values() for problem in one.problems[:PROBLEMS_SHOWN]]
    if problems:
        raise WinnowError(problems)
    return {
        name: ExportFacts(
            whole=one.whole, read_back=name in kind.lossless_formats, losses=dict(sorted(one.losses.items()))
        )
        for name, one in found.items()
    }


@dataclass
class _Counts:
    """What was found about one format so far."""

    whole: int = 0
    losses: Counter[ExportLoss] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def _count(rows: pd.DataFrame, task: Task, kind: Kind, found: Mapping[str, _Counts]) -> None:
    """Add some rows to the counts of every format."""
    contents = _contents(rows, kind)
    written_from = content_rows(rows, task, parse_template(task.prompt_template))
    for name, counts in found.items():
        if WRITERS[name].table is not None:
            counts.whole += len(rows)
            counts.problems += _problems(name, list(contents), contents, _from_table(rows, WRITERS[name], kind))
            continue
        written = list(written_rows(written_from, WRITERS[name]))
        whole = [row for row in written if not row.losses]
        counts.whole += len(whole)
        counts.losses.update(loss for row in written for loss in row.losses)
        if whole and name in kind.lossless_formats:
            back = _from_lines([row.lines[-1] for row in whole], name, task, kind)
            counts.problems += _problems(name, [row.id for row in whole], contents, back)


def _contents(rows: pd.DataFrame, kind: Kind) -> dict[str, str]:
    """The content of every row, by its id."""
    parts = list(kind.content_columns)
    values = zip(*(rows[name] for name in parts), strict=True)
    ids = rows["id"]
    return {
        record: kind.content_of(dict(zip(parts, one, strict=True))) for record, one in zip(ids, values, strict=True)
    }


def _problems(
    name: str, ids: Sequence[str], contents: Mapping[str, str], found: Sequence[str | Drop]
) -> Iterator[Problem]:
    """The rows that are not read back as the record that they are."""
    if len(found) != len(ids):
        yield _problem(
            f"export format {name}",
            f"{counted(len(found), 'row')} {agreeing(len(found), 'is', 'are')} read back",
            counted(len(ids), "row"),
        )
        return
    for record, content in zip(ids, found, strict=True):
        if content != contents[record]:
            reason = content.detail if isinstance(content, Drop) else "it is read back as another record"
            yield _problem(f"record {record} in the export format {name}", reason, "the same record")


def _problem(where: str, found: str, expected: str) -> Problem:
    return Problem(where, found, expected, "report it as an error of Winnow, with the row; no release was made")


def _from_lines(lines: Sequence[Line], name: str, task: Task, kind: Kind) -> list[str | Drop]:
    """The content of every line, as `add` reads it."""
    read = kind.read_content or kind.parse
    numbered: list[NumberedRow] = list(enumerate(lines, 1))
    rows = rows_of_file(RawRows(name, "", numbered, [], "jsonl"), kind=kind).rows
    return [row.problem or read(row.content, task) for row in rows]


def _from_table(rows: pd.DataFrame, export_format: ExportFormat, kind: Kind) -> list[str | Drop]:
    """The content of every row of the text of a table."""
    assert export_format.table is not None
    text = export_format.table(rows, list(rows.columns))
    is_csv = export_format.suffix == ".csv"
    numbered = csv_rows(text, delimiter=",") if is_csv else jsonl_rows(text)
    return [_table_content(fields, kind, escaped=is_csv) for _, fields in numbered]


def _table_content(fields: dict[str, Any] | Drop, kind: Kind, *, escaped: bool) -> str | Drop:
    """The content in the columns of a release, whose cells are escaped in CSV."""
    if isinstance(fields, Drop):
        return fields
    cells = {name: unescape_cell(fields[name]) if escaped else fields[name] for name in kind.content_columns}
    return kind.content_of(cells)
