"""What a reader declares about its format, and what it is given to read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from winnow.curation.io.readers.numbered_rows import NumberedRow


@dataclass(frozen=True)
class InputFile:
    """A file to read."""

    path: Path
    name: str
    """Its name in messages."""
    content: bytes
    """Its bytes, decompressed."""
    text: str
    """The same decoded; empty for a binary format."""
    table: str | None = None
    """The table to read, if a file has several."""
    header: bool | None = None
    """Whether the first row of a table holds the names of its columns; None: its rows tell."""
    labels: Collection[str] = ()
    """The labels of the task: a first row with one of them holds no names of columns."""
    notes: list[str] = field(default_factory=list)
    """What the reader found out that the user should know."""
    separators: list[str] = field(default_factory=list)
    """The separator of delimited text, which its reader states; empty for other formats and tables of one column."""


@dataclass(frozen=True)
class FileFormat:
    """One input format."""

    name: str
    """As `--format` takes it."""
    read: Callable[[InputFile], Iterator[NumberedRow]]
    """Yields numbered rows, and a `Drop` for a row that cannot be read. Raises WinnowError for a file as a whole."""
    suffixes: tuple[str, ...] = ()
    """File names that have this format, unless the content says otherwise."""
    magic: bytes | tuple[bytes, ...] = b""
    """The first bytes of a binary format; empty for a text format."""
