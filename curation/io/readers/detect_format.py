"""Recognize a file's format by its first bytes, its suffix, or how its text looks."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

from winnow.curation.io.readers import READERS
from winnow.curation.io.readers.columns import KNOWN_NAMES
from winnow.curation.io.readers.csv_reader import CSV, DELIMITERS
from winnow.curation.io.readers.databases.sql_reader import SQL
from winnow.curation.io.readers.decoding import decode
from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.json_reader import JSON
from winnow.curation.io.readers.jsonl_reader import JSONL
from winnow.curation.io.readers.lines_reader import LINES
from winnow.curation.io.readers.rasa_reader import RASA
from winnow.validators.kinds import KINDS

LOOKED_AT_BYTES = 20_000
"""Bytes at the start of a file without a known suffix that decide on its format."""

LOOKED_AT_LINES = 50
"""Lines at its start that are compared to tell a table from plain text."""

TABLE_SHARE = 0.5
"""A table is a text in which more than this share of the lines have the same number of fields, two or more."""

STARTS = (
    (JSON, re.compile(r"\[\s*[\[{\"\]]")),
    (JSONL, re.compile(r"\{\s*[\"'}]")),
    (SQL, re.compile(r"(?:PRAGMA\s+\w+\s*=|CREATE\s+TABLE\s|BEGIN\s+TRANSACTION\s*;)", re.I)),
    (RASA, re.compile(r"(?:version:[^\n]*\s+)?nlu:\s*\n")),
    (CSV, re.compile(r"<(?:\?xml|!doctype|html)\b|sep=.\s*\n", re.I)),
)
"""How a format begins. A page or an XML document is no supported format: as CSV it is refused, as lines it would be
stored."""

PROSE_COMMA = re.compile(r"[,;](?=\s)")
"""A comma or semicolon of a sentence; between the fields of a table there is no space."""


def detect_format(path: Path, content: bytes, *, encoding: str | None = None) -> FileFormat:
    """The format of a file: of a binary one by its first bytes, else by its suffix, else by how its text looks."""
    for reader in READERS:
        if reader.magic and content.startswith(reader.magic):
            return reader
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    named = next((reader for reader in READERS if suffixes and suffixes[-1] in reader.suffixes), None)
    return named or _format_of_text(decode(content[:LOOKED_AT_BYTES], name=path.name, encoding=encoding).text.lstrip())


def _format_of_text(text: str) -> FileFormat:
    """JSON, JSON Lines or Rasa by how the text begins; a table by its header or its equal rows; else plain text."""
    begun = next((reader for reader, start in STARTS if start.match(text)), None)
    if begun:
        return begun
    lines = [line for line in text.splitlines() if line.strip()][:LOOKED_AT_LINES]
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
