"""CSV and TSV: delimited rows with a header."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator

from winnow.core.vocabulary import DropReason
from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.numbered_rows import NumberedRow
from winnow.validators.text import Drop

DELIMITERS = ",;\t|"

MAX_LINES_PER_ROW = 100
"""Lines that one row may span; a quote that is open for longer is treated as a stray one."""

FIELD_LIMIT = 1 << 24
"""Characters in one CSV field; Python's own limit of 131,072 would end the whole file at one long text."""


def csv_rows(text: str, *, delimiter: str | None = None) -> Iterator[NumberedRow]:
    """Rows of a delimited file with a header. The row number is the line where the row begins."""
    csv.field_size_limit(FIELD_LIMIT)
    header_line = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = delimiter or max(DELIMITERS, key=header_line.count)
    pending = deque(io.StringIO(text, newline=""))
    consumed: list[str] = []

    def lines() -> Iterator[str]:
        while pending and len(consumed) < MAX_LINES_PER_ROW:
            consumed.append(pending.popleft())
            yield consumed[-1]

    header: list[str] | None = None
    header_text = ""
    number = 1
    while pending:
        consumed.clear()
        line, problem, cells = number, "", []
        try:
            cells = next(csv.reader(lines(), delimiter=delimiter, strict=True), [])
            if cells and header is not None and len(cells) != len(header):
                problem = f"{len(cells)} fields, the header has {len(header)}; quote texts that hold {delimiter!r}"
        except csv.Error as error:
            problem = f"{error}; quote the text and double the quotes in it"
        if problem and len(consumed) > 1:  # a stray quote must not swallow the lines below
            pending.extendleft(reversed(consumed[1:]))
            del consumed[1:]
        number += len(consumed)
        if problem:
            yield line, Drop(DropReason.MALFORMED_ROW, problem, header_text + consumed[0].rstrip("\r\n"))
        elif cells and header is None:
            header = _unique_names([cell.strip() for cell in cells])
            header_text = "".join(consumed)
        elif cells and header is not None:
            yield line, dict(zip(header, cells, strict=True))


def _unique_names(names: list[str]) -> list[str]:
    """Column names, repeated ones numbered, so that no column hides another."""
    counts: dict[str, int] = {}
    out = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        out.append(name if counts[name] == 1 else f"{name}.{counts[name]}")
    return out


def tsv_rows(text: str) -> Iterator[NumberedRow]:
    """Rows of a tab-separated file with a header."""
    return csv_rows(text, delimiter="\t")


CSV = FileFormat("csv", lambda file: csv_rows(file.text), suffixes=(".csv",))
TSV = FileFormat("tsv", lambda file: tsv_rows(file.text), suffixes=(".tsv",))
