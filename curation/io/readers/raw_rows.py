"""Read a file of any supported format into numbered rows with all their columns."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from winnow.core.choices import check_choice
from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import stable_hash
from winnow.core.vocabulary import RawFormat
from winnow.curation.io.readers import FORMATS, READERS
from winnow.curation.io.readers.decoding import Decoded, decode, decompress
from winnow.curation.io.readers.detect_format import detect_format
from winnow.curation.io.readers.file_format import InputFile
from winnow.curation.io.readers.numbered_rows import NumberedRow


@dataclass(frozen=True)
class RawRows:
    """The content of one file, before its columns have roles."""

    name: str
    file_hash: str
    """SHA-256 of the file's bytes on disk."""
    rows: list[NumberedRow]
    notes: list[str]
    format: str
    """Name of the format that it was read as."""
    text: str = ""
    """The whole text of a file of JSON Lines; empty for other formats."""


def read_rows(
    path: Path,
    *,
    format: str = "auto",  # noqa: A002  (the word of the command line)
    encoding: str | None = None,
    table: str | None = None,
) -> RawRows:
    """Numbered rows of a file in any supported format, with all their columns.

    Raises WinnowError when the file as a whole cannot be read; single bad rows come back as a Drop.
    """
    name = path.name
    data = _file_bytes(path)
    content = decompress(data, name=name)
    if content.startswith(b"PK\x03\x04"):
        raise WinnowError(Problem(name, "a zip archive or an Excel workbook", "a text table", "save it as CSV"))
    check_choice("format", format, FORMATS)
    named = next((reader for reader in READERS if reader.name == format), None)
    reader = named or detect_format(path, content, encoding=encoding)
    decoded = Decoded("") if reader.magic else decode(content, name=name, encoding=encoding)
    rows = list(reader.read(InputFile(path, content, decoded.text, table)))
    text = decoded.text if reader.name == RawFormat.JSONL else ""
    return RawRows(name, stable_hash(data), rows, [decoded.note] if decoded.note else [], reader.name, text)


def _file_bytes(path: Path) -> bytes:
    """The bytes of a regular file. A pipe is not opened, because it would be waited for until somebody writes to it."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            fix = "save the rows in a file first; on the command line, pipe them in and name the file -"
            raise WinnowError(Problem(str(path), "a pipe, socket or device", "a regular file", fix))
        return path.read_bytes()
    except OSError as error:
        raise WinnowError(
            Problem(str(path), error.strerror or str(error), "a readable file", "check the path")
        ) from None
