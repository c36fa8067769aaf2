"""Insert rows, skipping those that are already stored."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, text

from winnow.curation.store.written_once import quoted, unique_keys

ROWS_PER_STATEMENT = 10_000
"""Rows per executed statement."""


def insert_new(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows that all name the same columns; one with a key that is already stored is skipped.

    ON CONFLICT DO NOTHING would not skip it: the trigger of a table that is written once comes first, and refuses it.
    """
    if not rows:
        return
    statement = text(_statement(table, list(rows[0])))
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        connection.execute(statement, rows[start : start + ROWS_PER_STATEMENT])


def _statement(table: Table, columns: list[str]) -> str:
    """Insert values, unless a row with one of the keys that they name is stored."""
    names, values = ", ".join(map(quoted, columns)), ", ".join(f":{name}" for name in columns)
    keys = [one.columns for one in unique_keys(table) if not one.where and set(one.columns) <= set(columns)]
    same = " OR ".join("(" + " AND ".join(f"{quoted(name)} = :{name}" for name in key) + ")" for key in keys)
    stored = f"SELECT 1 FROM {table.name} WHERE {same}"
    return f"INSERT INTO {table.name} ({names}) SELECT {values} WHERE NOT EXISTS ({stored})"
