"""A row whose quotes are broken: how many lines belong to it, so that no part of it is read as a row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from itertools import islice

from winnow.curation.io.readers.csv_dialect import PROSE

MAX_LINES = 100
"""Lines that a text of a table of one column may span; a quote that is open for longer is a stray one. In a table of
several columns, rows that fit the header tell."""

FITTING_SHARE = 0.9
"""Share of the lines below an open quote that must fit the header for the quote to be a stray one. Chosen by us."""


def lines_of_broken_row(lines: Iterable[str], *, width: int, delimiter: str) -> int:
    """How many of the lines at the start are the broken row; the lines below it are read as rows again.

    It ends where as many quotes were closed as opened, or at the end of the file. It is its first line alone where the
    quote is a stray one: the line fits the header without it, and so do the lines below.
    """
    taken: list[str] = []
    quotes = 0
    for line in lines:
        taken.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0 or (len(taken) == 1 and _fields(line, delimiter) == width > 1):
            break
    return 1 if is_stray_quote(taken, width=width, delimiter=delimiter) else len(taken)


def is_stray_quote(lines: Sequence[str], *, width: int, delimiter: str) -> bool:
    """Whether lines that one quote seems to join are rows of their own."""
    if width < 2:
        return len(lines) > MAX_LINES
    inner = [line for line in lines[1:] if line.strip()]
    fitting = sum(_fields(PROSE.sub(" ", line), delimiter) == width for line in inner)
    first = _fields(PROSE.sub(" ", lines[0].replace('"', "")), delimiter)
    return first == width and fitting >= FITTING_SHARE * len(inner)


def is_long_and_stray(lines: Sequence[str], *, width: int, delimiter: str) -> bool:
    """The same for lines whose quotes are sound: only where they are more than any text has, and all fit the header."""
    return width > 1 and len(lines) > MAX_LINES and is_stray_quote(lines[:-1], width=width, delimiter=delimiter)


def _fields(line: str, delimiter: str) -> int:
    return len(next(islice(csv.reader([line], delimiter=delimiter), 1), []))
