"""Which character separates the fields of a delimited text: the one with which its rows have equally many."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

DELIMITERS = ",;\t|"

NO_DELIMITER = "\x1f"
"""Separates nothing: every row of a table of one column is one field, whatever it holds."""

LOOKED_AT_ROWS = 50
"""Rows at the start that decide."""

LOOKED_AT_CHARACTERS = 1 << 20
"""Characters at the start that decide."""

SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?[ \t]*\r?\n", re.IGNORECASE)
"""The first line with which Excel is told the separator; no row."""

PROSE = re.compile(r"[,;|](?=[^\S\r\n])")
"""A comma or semicolon of a sentence; between the fields of a table there is no space. At the end of a line, an empty
field may follow."""


@dataclass(frozen=True)
class CsvDialect:
    """How a delimited text is written."""

    delimiter: str
    start: int = 0
    """Where its rows begin, in characters: below the line that names the separator."""


def find_dialect(text: str, *, preferred: str = "") -> CsvDialect:
    """The dialect of a text: the separator that it names, else the one that fits most rows, else the preferred one.

    A separator fits a row that has as many fields as the first one, two or more.
    """
    named = SEPARATOR_LINE.match(text)
    if named:
        return CsvDialect(named.group(1), named.end())
    head = text[:LOOKED_AT_CHARACTERS].lstrip("\r\n")
    if preferred and preferred in head.split("\n", 1)[0]:
        return CsvDialect(preferred)
    fits = {one: _fit(head, one) for one in DELIMITERS}
    best = max(fits, key=lambda one: fits[one])
    return CsvDialect(best if fits[best] > (0, 0) else _of_one_column(head))


def first_rows(text: str, delimiter: str, rows: int = LOOKED_AT_ROWS) -> Iterator[list[str]]:
    """The fields of the first rows that are not blank, read without complaint."""
    reader = csv.reader(io.StringIO(text[:LOOKED_AT_CHARACTERS], newline=""), delimiter=delimiter)
    yield from islice((cells for cells in _until_broken(reader) if any(cell.strip() for cell in cells)), rows)


def _until_broken(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error:
        return


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    """The share of the rows that have as many fields as the first, and their number; zeros where it has only one."""
    counts = [len(cells) for cells in first_rows(text, delimiter)]
    if not counts or counts[0] < 2:
        return (0, 0)
    return (sum(count == counts[0] for count in counts) / len(counts), counts[0])


def _of_one_column(text: str) -> str:
    """The delimiter of a text whose first row is one field.

    Where most rows below have equally many fields, two or more, with a separator, columns lack a name: this separator
    is returned, so that the rows do not fit the header. Elsewhere the texts hold what looks like a separator.
    """
    lines = PROSE.sub(" ", text).split("\n", LOOKED_AT_ROWS)
    is_cut = len(lines) > LOOKED_AT_ROWS  # the last row may then be half of a cell with several lines
    for one in DELIMITERS:
        rows = [len(cells) for cells in first_rows("\n".join(lines[:LOOKED_AT_ROWS]), one)]
        counts = rows[1:-1] if is_cut else rows[1:]
        if len(counts) > 1 and all(count == counts[0] > 1 for count in counts):
            return one
    return NO_DELIMITER
