"""The tables of a user's SQLite database, and the rows of the one to read."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping

from winnow.core.commands import table_option
from winnow.core.counted import counted
from winnow.core.suggest import suggestion
from winnow.curation.io.readers.numbered_rows import Fields, unreadable_file

INTERNAL_TABLE = re.compile(r"sqlite_.*|_cf_.*|d1_migrations", re.IGNORECASE)
"""Tables that SQLite and Cloudflare D1 keep for themselves."""


def open_database(path: str) -> sqlite3.Connection:
    """A connection whose rows have names and whose texts keep bytes that are no characters, for screening to see."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    connection.row_factory = sqlite3.Row
    return connection


def table_to_read(connection: sqlite3.Connection, *, name: str, table: str | None) -> str:
    """The table with this name, or the only one. Raises WinnowError that lists the tables with their rows."""
    counts = {one: _row_count(connection, one) for one in _table_names(connection)}
    if table in counts:
        return table
    if table is None and len(counts) == 1:
        return next(iter(counts))
    listed = ", ".join(f"{one} ({counted(rows, 'row')})" for one, rows in counts.items())
    if not counts:
        raise unreadable_file(name, "no table", "a table with rows", "export the database with its tables and data")
    if table is not None:
        fix = suggestion(table, [*counts], "choose one of these")
        raise unreadable_file(name, f"no table {table!r}", f"one of {listed}", fix)
    raise unreadable_file(name, f"{len(counts)} tables: {listed}", "one table", _choice(counts))


def rows_of_table(connection: sqlite3.Connection, table: str) -> Iterator[Fields]:
    """The rows of a table, in its own order."""
    return (dict(row) for row in connection.execute(f"SELECT * FROM {_quoted(table)}"))


def _table_names(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    return [row[0] for row in connection.execute(query) if not INTERNAL_TABLE.fullmatch(row[0])]


def _row_count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()[0])


def _choice(counts: Mapping[str, int]) -> str:
    return f"name the table: {table_option(max(counts, key=lambda one: counts[one]))}"


def _quoted(table: str) -> str:
    return '"' + table.replace('"', '""') + '"'
