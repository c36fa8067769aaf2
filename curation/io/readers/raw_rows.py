"""Read a file of any supported format into numbered rows with all their columns."""

from __future__ import annotations

import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from winnow.core.choices import check_choice
from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import stable_hash
from winnow.core.vocabulary import RawFormat
from winnow.curation.io.readers import FORMATS, READERS
from winnow.curation.io.readers.data_folders import data_files
from winnow.curation.io.readers.decoding import Decoded, decode, decompress, unpacked_limit
from winnow.curation.io.readers.detect_format import binary_format, text_format
from winnow.curation.io.readers.file_format import InputFile
from winnow.curation.io.readers.foreign_formats import refuse_foreign_bytes, refuse_markup
from winnow.curation.io.readers.numbered_rows import NumberedRow
from winnow.curation.io.readers.zip_archives import unzip
from winnow.validators.text import Drop

SPLIT_COLUMN = "split"
"""The column that rows get whose folder or file states their split."""


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
    where: str | None = None
    """The condition that its rows meet; None if all of them are there."""
    encoding: str = ""
    """The text encoding that it was read in; empty for a binary format."""
    separator: str = ""
    """What separates the cells of delimited text; empty for other formats."""


def read_rows(
    path: Path,
    *,
    format: str = "auto",  # noqa: A002  (the word of the command line)
    encoding: str | None = None,
    table: str | None = None,
    header: bool | None = None,
    name: str | None = None,
    labels: Collection[str] = (),
) -> RawRows:
    """Numbered rows of a file in any supported format, or of the data files of a folder, with all their columns.

    `header` says whether the first row of a table holds the names of its columns; by default, its rows tell. `name` is
    that of the file in messages. A first row with one of the `labels` holds no names of columns.
    Raises WinnowError when the file as a whole cannot be read; single bad rows come back as a Drop.
    """
    check_choice("format", format, FORMATS)
    if path.is_dir():
        how: Any = {"format": format, "encoding": encoding, "table": table, "header": header, "labels": labels}
        files = data_files(path)
        return _joined([with_split(read_rows(one.path, name=one.name, **how), one.split) for one in files], path)
    name = name or path.name
    data = _file_bytes(path)
    content = decompress(data, name=name)
    archived = unzip(content, name=name, limit=unpacked_limit(data))
    inner, content = (Path(archived.name), archived.content) if archived else (path, content)
    refuse_foreign_bytes(content, name=name)
    chosen = next((reader for reader in READERS if reader.name == format), binary_format(content))
    decoded = Decoded("") if chosen and chosen.magic else decode(content, name=name, encoding=encoding)
    if chosen is None:
        refuse_markup(decoded.text, name=name)
    reader = chosen or text_format(inner, decoded.text)
    file = InputFile(path, name, content, decoded.text, table, header, labels)
    rows = list(reader.read(file))
    text = decoded.text if reader.name == RawFormat.JSONL else ""
    notes = [*filter(None, [decoded.note]), *file.notes]
    how_read = {"encoding": decoded.encoding, "separator": "".join(file.separators)}
    return RawRows(name, stable_hash(data), rows, notes, reader.name, text, **how_read)


def with_split(found: RawRows, split: str | None) -> RawRows:
    """The rows with the official split that their folder or file states, unless they have a column of splits."""
    names = {key.strip().lower() for _, fields in found.rows if not isinstance(fields, Drop) for key in fields}
    if split is None or SPLIT_COLUMN in names:
        return found
    rows: list[NumberedRow] = [
        (number, fields if isinstance(fields, Drop) else {**fields, SPLIT_COLUMN: split})
        for number, fields in found.rows
    ]
    return replace(found, rows=rows, notes=[*found.notes, f"{found.name}: split {split}, as its name says"])


def _joined(parts: Sequence[RawRows], folder: Path) -> RawRows:
    """The rows of several files as those of one."""
    rows = [fields for part in parts for _, fields in part.rows]
    digest = stable_hash(*(part.file_hash.encode() for part in parts))
    notes = [note for part in parts for note in part.notes]
    first = parts[0]
    numbered = [*enumerate(rows, 1)]
    how_read = {"encoding": first.encoding, "separator": first.separator}
    return RawRows(folder.name, digest, numbered, notes, first.format, **how_read)


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
