"""CSV and TSV: delimited rows, mostly with a header. A row is read right, or dropped whole."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from winnow.core.counted import counted
from winnow.core.vocabulary import DropReason
from winnow.curation.io.readers.csv_dialect import NO_DELIMITER, CsvDialect, find_dialect, first_rows
from winnow.curation.io.readers.file_format import FileFormat, InputFile
from winnow.curation.io.readers.numbered_rows import NumberedRow
from winnow.curation.io.readers.stray_quotes import is_long_and_stray, lines_of_broken_row
from winnow.curation.io.readers.table_header import (
    LOOKED_AT_ROWS,
    TableHeader,
    find_header,
    header_note,
    numbered_names,
    unique_names,
)
from winnow.validators.text import Drop

FIELD_LIMIT = 1 << 24
"""Characters in one CSV field; Python's own limit of 131,072 would end the whole file at one long text."""

HEADER_ONLY = TableHeader(0, True)
"""The first row is the header."""


class _Record(NamedTuple):
    """Some lines of a file that are one row."""

    lines: list[str]
    cells: list[str]
    problem: str = ""


def csv_rows(
    text: str, *, delimiter: str | None = None, dialect: CsvDialect | None = None, header: TableHeader = HEADER_ONLY
) -> Iterator[NumberedRow]:
    """Rows of a delimited text. The row number is the line where the row begins."""
    dialect = dialect or (CsvDialect(delimiter) if delimiter else find_dialect(text))
    csv.field_size_limit(FIELD_LIMIT)
    above = text[: dialect.start]
    number = 1 + above.count("\n")
    names: list[str] = []
    skipped = 0
    for record in _records(text[dialect.start :], dialect.delimiter, header.rows_above):
        line, number = number, number + len(record.lines)
        if not names and not header.is_present and record.cells:
            names = numbered_names(len(record.cells))
            above += dialect.delimiter.join(names) + "\n"
        if record.problem:
            raw = above + "".join(record.lines).rstrip("\r\n")
            yield line, Drop(DropReason.MALFORMED_ROW, record.problem, raw)
        elif not record.cells:
            continue
        elif names:
            yield line, dict(zip(names, record.cells, strict=True))
        elif skipped < header.rows_above:
            skipped += 1
        else:
            names = unique_names(record.cells)
            above += "".join(record.lines)


def _records(text: str, delimiter: str, rows_above: int) -> Iterator[_Record]:
    """The rows of a text, blank ones without cells. All have as many cells as the first one below `rows_above`."""
    pending = deque(io.StringIO(text, newline=""))
    rows = width = 0
    while pending:
        record = _next_record(pending, delimiter, width)
        rows += bool(record.cells)
        width = width or (len(record.cells) if rows > rows_above else 0)
        yield record


def _next_record(pending: deque[str], delimiter: str, width: int) -> _Record:
    """The next row, and no more of the lines than are its own."""
    consumed: list[str] = []

    def lines() -> Iterator[str]:
        while pending:
            consumed.append(pending.popleft())
            yield consumed[-1]

    problem, cells = "", []
    try:
        cells = next(csv.reader(lines(), delimiter=delimiter, strict=True), [])
        if (width and any(cells[width:])) or (cells and len(cells) < width):
            problem = f"{counted(len(cells), 'field')}, the header has {width}; quote texts that hold {delimiter!r}"
    except csv.Error as error:
        problem = f"{error}; quote the text and double the quotes in it"
    if problem or is_long_and_stray(consumed, width=width, delimiter=delimiter):
        own = lines_of_broken_row(chain(consumed, pending), width=width, delimiter=delimiter)
        _give_back(consumed, pending, own)
        problem = problem or "a quote that is never closed; double the quotes in a text"
    return _Record(consumed, cells[:width] if width else cells, problem)


def _give_back(consumed: list[str], pending: deque[str], own: int) -> None:
    """Leave the lines of a broken row in `consumed`, and those below it in `pending`."""
    pending.extendleft(reversed(consumed[own:]))
    del consumed[own:]
    consumed.extend(pending.popleft() for _ in range(own - len(consumed)))


def tsv_rows(text: str) -> Iterator[NumberedRow]:
    """Rows of a tab-separated file with a header."""
    return csv_rows(text, delimiter="\t")


def _read(file: InputFile, preferred: str) -> Iterator[NumberedRow]:
    dialect = find_dialect(file.text, preferred=preferred)
    header = _header(file, dialect)
    if dialect.delimiter != NO_DELIMITER:
        file.separators.append(dialect.delimiter)
    file.notes.extend(header_note(file.name, header))
    return csv_rows(file.text, dialect=dialect, header=header)


def _header(file: InputFile, dialect: CsvDialect) -> TableHeader:
    if file.header is not None:
        return TableHeader(0, file.header)
    rows: Sequence[list[str]] = [*first_rows(file.text[dialect.start :], dialect.delimiter, LOOKED_AT_ROWS)]
    return find_header(rows, file.labels)


CSV = FileFormat("csv", lambda file: _read(file, ""), suffixes=(".csv",))
TSV = FileFormat("tsv", lambda file: _read(file, "\t"), suffixes=(".tsv", ".tab"))
