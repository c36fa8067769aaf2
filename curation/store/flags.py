"""The table of flags: remarks about records, such as `unclear`, with who made them."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from winnow.curation.store.tables import flag


def all_flags(connection: Connection) -> list[tuple[str, str]]:
    """Record and name of every flag."""
    return [(row.record_id, row.name) for row in connection.execute(select(flag.c.record_id, flag.c.name))]


def set_flag(connection: Connection, record_id: str, name: str, detail: str) -> bool:
    """Flag a record; returns whether it did not have this flag yet."""
    values = {"record_id": record_id, "name": name, "detail": detail}
    return bool(connection.execute(insert(flag).values(**values).on_conflict_do_nothing()).rowcount)


def clear_flag(connection: Connection, record_id: str, name: str, detail: str) -> None:
    """Remove a flag, if this detail is what it was set with."""
    connection.execute(delete(flag).filter_by(record_id=record_id, name=name, detail=detail))
