"""Find the header of a table: which row it is, or that there is none."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from statistics import median
from typing import NamedTuple

from winnow.core.counted import counted
from winnow.curation.io.readers.column_words import LABEL_WORDS, TEXT_WORDS
from winnow.curation.io.readers.columns import KNOWN_NAMES
from winnow.validators.kinds import KINDS

LOOKED_AT_ROWS = 1000
"""Rows at the start of a table that tell whether it has a header."""

MAX_ROWS_ABOVE = 20
"""Rows above a header, such as a title and a date."""

WORDS_OF_TEXT = 4
"""A cell with so many words is a text, where the cells below it are texts too; names of columns are shorter."""

MIN_MEDIAN_WORDS = 2.5
"""Words that half of the cells below it have at least, for them to be texts. Chosen by us."""

TYPED_SHARE = 0.8
"""Share of the values of a column that must be numbers or times, for a name above them to be told by that."""

QUESTION_MARKS = ("?", "\uff1f")

_TYPED = re.compile(r"[-+]?\d[\d.,:/\s-]*%?|\d{4}-\d{2}-\d{2}[T ]\S+|\d+(?:\.\d+)?e[+-]?\d+", re.IGNORECASE)
"""A number, a date or a time."""


class TableHeader(NamedTuple):
    """Where the names of the columns of a table are."""

    rows_above: int
    """Rows above the header, such as a title."""
    is_present: bool
    """False where the first row is one of data: columns have numbers then."""


def find_header(rows: Sequence[Sequence[str]], labels: Collection[str] = ()) -> TableHeader:
    """The header of a table, from its first rows without blank ones.

    The first row is the header, unless it looks like the rows below it: it holds a number or a time, one of the labels,
    a value that its column has again, or a text where its column holds texts, and no name of a column that is known.
    Rows above the header have fewer cells.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = int(median(filled)) if rows else 0
    has_known = any(map(_known_names, rows[:MAX_ROWS_ABOVE]))
    for above, row in enumerate(rows[:MAX_ROWS_ABOVE]):
        is_title = filled[above] <= usual / 2 and (len(row) < usual or usual > 2 or above > 0 or has_known)
        if not is_title or _known_names(row):
            is_header = _is_header(row, rows[above + 1 :], labels)
            return TableHeader(above, is_header) if is_header or not above else TableHeader(0, False)
    return TableHeader(0, True)


def unique_names(cells: Sequence[str]) -> list[str]:
    """The names of columns, repeated ones numbered, so that no column hides another."""
    counts: dict[str, int] = {}
    names = []
    for name in (cell.strip() for cell in cells):
        counts[name] = counts.get(name, 0) + 1
        names.append(name if counts[name] == 1 else f"{name}.{counts[name]}")
    return names


def numbered_names(width: int) -> list[str]:
    """The names of the columns of a table without a header."""
    return [str(number) for number in range(1, width + 1)]


def header_note(name: str, header: TableHeader) -> list[str]:
    """What the user should know about the header that was found."""
    if not header.is_present:
        return [f"{name}: no header; the columns are named 1, 2, … in their order"]
    return [f"{name}: left out above the header: {counted(header.rows_above, 'row')}"] if header.rows_above else []


def _known_names(row: Sequence[str]) -> set[str]:
    """The cells that are the name of a column, in one of the languages whose names are known."""
    words = {word for groups in (TEXT_WORDS, LABEL_WORDS) for group in groups for word in group}
    roles = {name for names in KNOWN_NAMES.values() for name in names}
    content = {name for kind in KINDS.values() for part in kind.content_columns.values() for name in part.names}
    return {cell.strip().lower() for cell in row} & (words | roles | content)


def _is_header(row: Sequence[str], below: Sequence[Sequence[str]], labels: Collection[str]) -> bool:
    others = [one for one in below if list(one) != list(row)]  # a header may be repeated
    columns = [
        (cell.strip(), [one[place].strip() for one in others if place < len(one) and one[place].strip()])
        for place, cell in enumerate(row)
        if cell.strip()
    ]
    known = _known_names(row)
    recurs = any(cell in values or cell in labels for cell, values in columns)
    if len(known) > 1 or (known and not recurs):
        return True
    if recurs or any(_TYPED.fullmatch(cell) for cell, _ in columns):
        return False
    return any(_is_typed(values) for _, values in columns) or not any(_is_text(*column) for column in columns)


def _is_typed(values: Sequence[str]) -> bool:
    return bool(values) and sum(_TYPED.fullmatch(value) is not None for value in values) >= TYPED_SHARE * len(values)


def _is_text(cell: str, values: Sequence[str]) -> bool:
    """Whether a cell is a text like those below it; a question above answers is the name of their column."""
    if not values or median(len(value.split()) for value in values) < MIN_MEDIAN_WORDS:
        return False
    asks = (
        cell.endswith(("?", ":", "？", "：")) and sum(value.endswith(("?", "？")) for value in values) < len(values) / 5
    )
    return len(cell.split()) >= WORDS_OF_TEXT and not asks
