"""Split the text of a database dump into statements, each with the line on which it begins."""

from __future__ import annotations

import re
from typing import NamedTuple

SPACE = r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*"
"""White space and comments between statements."""

_SPACE = re.compile(SPACE, re.DOTALL)

_PART = re.compile(
    r"""
    (?P<text>'(?:[^']|'')*+')                     # a string; the quote in it is doubled
    | "(?:[^"]|"")*+" | `(?:[^`]|``)*+` | \[[^\]]*+\]  # a name
    | --[^\n]* | /\*.*?\*/                      # a comment
    | (?P<open>['"`\[] | /\*)                   # what begins one of these and does not end
    | (?P<end>;)
    | [^'"`\[;/-]++ | [/-]                      # anything else
    """,
    re.VERBOSE | re.DOTALL,
)

_TRIGGER = re.compile(r"CREATE\s+(?:TEMP\w*\s+)?TRIGGER\b", re.IGNORECASE)

MAX_SPACE_AFTER_END = 200
"""Characters that are searched for the END of a trigger: those before every semicolon, in a statement of any length."""

_TRIGGER_END = re.compile(r"\bEND\s*\Z", re.IGNORECASE)

_LINE_OF_STATEMENT = re.compile(r"^(?:INSERT|REPLACE|CREATE|PRAGMA|BEGIN|COMMIT|DELETE|DROP)\b", re.M | re.I)


class Statement(NamedTuple):
    """One statement of a dump."""

    line: int
    """The line on which it begins, from 1."""
    text: str
    """Without the semicolon."""
    start: int
    """Number of characters of the dump before it."""
    end: int
    """Number of characters of the dump up to its end."""
    has_line_break: bool
    """Whether a string in it holds a line break as it is. Programs that write dumps write `char(10)` instead."""
    is_open: bool
    """A string, a name or a comment in it never ends, or it is a trigger without END."""


def statement_at(dump: str, start: int, line: int) -> Statement | None:
    """The statement that begins at a place of the dump, which is on this line; None if none follows."""
    space = _SPACE.match(dump, start)
    begin = space.end() if space else start
    if begin >= len(dump):
        return None
    line += dump.count("\n", start, begin)
    has_line_break = False
    for part in _PART.finditer(dump, begin):
        has_line_break |= part.lastgroup == "text" and "\n" in part.group()
        if part.lastgroup == "open":
            return Statement(line, dump[begin:], begin, len(dump), has_line_break=True, is_open=True)
        if part.lastgroup == "end" and not _is_inside_trigger(dump, begin, part.start()):
            return Statement(line, dump[begin : part.start()], begin, part.end(), has_line_break, is_open=False)
    is_open = _is_inside_trigger(dump, begin, len(dump))
    return Statement(line, dump[begin:].rstrip(), begin, len(dump), has_line_break and not is_open, is_open)


def _is_inside_trigger(dump: str, begin: int, end: int) -> bool:
    """Whether a statement goes on after a semicolon: a trigger holds statements itself, up to END."""
    is_trigger = _TRIGGER.match(dump, begin, end)
    return bool(is_trigger) and not _TRIGGER_END.search(dump, max(begin, end - MAX_SPACE_AFTER_END), end)


def next_line_of_statement(dump: str, start: int) -> int:
    """Where the next line begins that starts like a statement of a dump; the end of the dump if there is none."""
    line_end = dump.find("\n", start)
    found = _LINE_OF_STATEMENT.search(dump, line_end + 1) if line_end >= 0 else None
    return found.start() if found else len(dump)
