"""Insert many rows, skipping those that are already stored."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert

ROWS_PER_STATEMENT = 10_000
"""Rows per executed statement."""


def insert_new(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows; a row that is already stored is not changed."""
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        connection.execute(insert(table).on_conflict_do_nothing(), rows[start : start + ROWS_PER_STATEMENT])
