"""SQLite: the rows of one table of a user's database."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from winnow.core.errors import Problem, WinnowError
from winnow.curation.io.readers.databases.database_tables import open_database, rows_of_table, table_to_read
from winnow.curation.io.readers.file_format import FileFormat, InputFile
from winnow.curation.io.readers.numbered_rows import NumberedRow, unreadable_file

HEADER_PLACES = ((16, 18), (24, 28), (28, 32), (92, 96))
"""Where the header has the numbers that state the size of the file."""

MAX_PAGE = 65_536
"""The page size that the header states as 1."""


def sqlite_rows(data: bytes, *, name: str = "file", table: str | None = None) -> Iterator[NumberedRow]:
    """Rows of one table of a SQLite file, in the table's own order."""
    if len(data) < stated_size(data):
        found = f"the first {len(data):,} of {stated_size(data):,} bytes of a SQLite file"
        raise unreadable_file(name, found, "an intact SQLite file", "copy it again")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "source.db"
        copy.write_bytes(data)
        connection = open_database(str(copy))
        try:
            yield from enumerate(rows_of_table(connection, table_to_read(connection, name=name, table=table)), 1)
        except sqlite3.Error as error:
            raise unreadable_file(name, f"damaged SQLite file ({error})", "an intact SQLite file") from None
        finally:
            connection.close()


def stated_size(data: bytes) -> int:
    """The size of a SQLite file as its header states it; 0 where an old version of SQLite left that open.

    SQLite reads missing pages at the end as zeros, and their rows as empty ones. The places are those of
    sqlite.org/fileformat2.html, section 1.3: page size, change counter, number of pages, and the change counter for
    which this number is valid.
    """
    page, changes, pages, valid_for = (int.from_bytes(data[start:end]) for start, end in HEADER_PLACES)
    return (MAX_PAGE if page == 1 else page) * pages if changes == valid_for else 0


def refuse_unfinished_log(path: Path) -> None:
    """Refuse a SQLite file whose newest rows are still in its write-ahead log: they would be missing."""
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        fix = "close the program that uses it, or run `PRAGMA wal_checkpoint(TRUNCATE)` in it"
        raise WinnowError(
            Problem(path.name, f"its newest rows are still in {log.name}", "a database without pending writes", fix)
        )


def _read(file: InputFile) -> Iterator[NumberedRow]:
    refuse_unfinished_log(file.path)
    return sqlite_rows(file.content, name=file.name, table=file.table)


SQLITE = FileFormat("sqlite", _read, suffixes=(".db", ".sqlite", ".sqlite3"), magic=b"SQLite format 3\0")
