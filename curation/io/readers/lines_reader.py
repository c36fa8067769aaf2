"""Plain text: one query per line."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.numbered_rows import NumberedRow


def line_rows(text: str) -> Iterator[NumberedRow]:
    """One query per line."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, {"text": line.strip("\r")}


LINES = FileFormat("lines", lambda file: line_rows(file.text), suffixes=(".txt",))
