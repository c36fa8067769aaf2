"""Read a file of any supported format into numbered rows with all their columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.curation.io.readers.csv_reader import csv_rows, tsv_rows
from winnow.curation.io.readers.decoding import decode, decompress
from winnow.curation.io.readers.detect_format import FORMATS, detect_format
from winnow.curation.io.readers.json_reader import json_rows
from winnow.curation.io.readers.jsonl_reader import jsonl_rows
from winnow.curation.io.readers.lines_reader import line_rows
from winnow.curation.io.readers.numbered_rows import NumberedRow
from winnow.curation.io.readers.parquet_reader import parquet_rows
from winnow.curation.io.readers.rasa_reader import rasa_rows
from winnow.curation.io.readers.sqlite_reader import refuse_unfinished_log, sqlite_rows


@dataclass(frozen=True)
class RawRows:
    """What one file held, before anybody said which column is what."""

    name: str
    file_hash: str
    """SHA-256 of the file's bytes as they lay on disk."""
    rows: list[NumberedRow]
    notes: list[str]


def read_rows(
    path: Path,
    *,
    format: str = "auto",  # noqa: A002  (the word of the command line)
    encoding: str | None = None,
    table: str | None = None,
) -> RawRows:
    """Numbered rows of a file of any known format, with all their columns.

    Raises WinnowError when the file as a whole cannot be read; single bad rows come back as a Drop.
    """
    name = path.name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WinnowError(
            Problem(str(path), error.strerror or str(error), "a readable file", "check the path")
        ) from None
    content = decompress(data, name=name)
    if content.startswith(b"PK\x03\x04"):
        raise WinnowError(Problem(name, "a zip archive or an Excel workbook", "a text table", "save it as CSV"))
    kind = detect_format(path, content) if format == "auto" else format
    if kind not in FORMATS:
        raise WinnowError(Problem(Parameter("format"), repr(kind), ", ".join(FORMATS), "choose one of these"))
    notes: list[str] = []
    if kind == "parquet":
        numbered = list(parquet_rows(content, name=name))
    elif kind == "sqlite":
        refuse_unfinished_log(path)
        numbered = list(sqlite_rows(content, name=name, table=table))
    else:
        text, notes = decode(content, name=name, encoding=encoding)
        numbered = list(_text_rows(kind, text, name))
    return RawRows(name, hashlib.sha256(data).hexdigest(), numbered, notes)


def _text_rows(kind: str, text: str, name: str) -> Iterator[NumberedRow]:
    if kind == "json":
        return json_rows(text, name=name)
    if kind == "rasa":
        return rasa_rows(text, name=name)
    readers = {
        "csv": csv_rows,
        "tsv": tsv_rows,
        "jsonl": jsonl_rows,
        "lines": line_rows,
    }
    return readers[kind](text)
