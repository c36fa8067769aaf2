"""What a reader declares about its format, and what it is given to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from winnow.curation.io.readers.numbered_rows import NumberedRow


@dataclass(frozen=True)
class InputFile:
    """A file to read."""

    path: Path
    content: bytes
    """Its bytes, decompressed."""
    text: str
    """The same decoded; empty for a binary format."""
    table: str | None = None
    """The table to read, if a file has several."""

    @property
    def name(self) -> str:
        """The file's name, for messages."""
        return self.path.name


@dataclass(frozen=True)
class FileFormat:
    """One input format."""

    name: str
    """As `--format` takes it."""
    read: Callable[[InputFile], Iterator[NumberedRow]]
    """Yields numbered rows, and a `Drop` for a row that cannot be read. Raises WinnowError for a file as a whole."""
    suffixes: tuple[str, ...] = ()
    """File names that have this format, unless the first bytes say otherwise."""
    magic: bytes = b""
    """The first bytes of a binary format, which go before the suffix; empty for a text format."""
