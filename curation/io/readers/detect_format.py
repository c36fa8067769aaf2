"""Recognize a file's format by its content; its suffix counts only where the content leaves a choice."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

from winnow.curation.io.readers import READERS
from winnow.curation.io.readers.columns import KNOWN_NAMES
from winnow.curation.io.readers.csv_dialect import DELIMITERS, SEPARATOR_LINE
from winnow.curation.io.readers.csv_reader import CSV
from winnow.curation.io.readers.databases.sql_reader import SQL
from winnow.curation.io.readers.detect_json import json_format
from winnow.curation.io.readers.fasttext_reader import FASTTEXT, is_fasttext
from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.lines_reader import LINES
from winnow.curation.io.readers.rasa_markdown_reader import RASA_MARKDOWN
from winnow.curation.io.readers.rasa_reader import RASA
from winnow.validators.kinds import KINDS

LOOKED_AT_CHARACTERS = 20_000
"""Characters at the start of a text without a known suffix that decide on its format."""

PACKED_SUFFIXES = (".gz", ".zip")
"""Suffixes behind the one of the format."""

LOOKED_AT_LINES = 50
"""Lines at its start that are compared to tell a table from plain text."""

TABLE_SHARE = 0.5
"""A table is a text in which more than this share of the lines have the same number of fields, two or more."""

STARTS = (
    (SQL, re.compile(r"(?:PRAGMA\s+\w+\s*=|CREATE\s+TABLE\s|BEGIN\s+TRANSACTION\s*;)", re.I)),
    (RASA, re.compile(r"(?:version:[^\n]*\s+)?nlu:\s*\n")),
    (RASA_MARKDOWN, re.compile(r"(?:^.*\n){0,50}?##\s*(?:intent|synonym|regex|lookup)\s*:", re.I | re.M)),
    (CSV, SEPARATOR_LINE),
)
"""How a format begins."""

PROSE_COMMA = re.compile(r"[,;](?=\s)")
"""A comma or semicolon of a sentence; between the fields of a table there is no space."""


def binary_format(content: bytes) -> FileFormat | None:
    """The format of a binary file, by its first bytes; None for a text."""
    return next((reader for reader in READERS if reader.magic and content.startswith(reader.magic)), None)


def text_format(path: Path, text: str) -> FileFormat:
    """The format of a text: by how it begins, else by the suffix of its file, else by how its lines look.

    The suffix of a plain text says nothing: it may hold a table.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in PACKED_SUFFIXES]
    named = next((reader for reader in READERS if suffixes and suffixes[-1] in reader.suffixes), None)
    head = text.lstrip()
    begun = next((reader for reader, start in STARTS if start.match(head)), None) or json_format(head, named)
    return begun or (named if named and named is not LINES else _format_of_lines(head[:LOOKED_AT_CHARACTERS]))


def _format_of_lines(text: str) -> FileFormat:
    """FastText by its labels, a table by its header or its equal rows; else plain text."""
    lines = [line for line in text.splitlines() if line.strip()][:LOOKED_AT_LINES]
    if is_fasttext(lines):
        return FASTTEXT
    return CSV if lines and (_is_header(lines[0]) or _has_equal_rows(lines)) else LINES


def _is_header(line: str) -> bool:
    """Whether the line has the name of a column that holds content or a label."""
    names = {name for kind in KINDS.values() for part in kind.content_columns.values() for name in part.names}
    names |= {*KNOWN_NAMES["label"]}
    return any(not names.isdisjoint(cell.strip().lower() for cell in _fields(line, one)) for one in DELIMITERS)


def _has_equal_rows(lines: list[str]) -> bool:
    """Whether most of several lines have the same number of fields, two or more."""
    if len(lines) < 2:
        return False
    plain = [PROSE_COMMA.sub(" ", line) for line in lines]
    counts = (Counter(len(_fields(line, one)) for line in plain) for one in DELIMITERS)
    return any(
        lines_of > TABLE_SHARE * len(lines) for count in counts for fields, lines_of in count.items() if fields > 1
    )


def _fields(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])
