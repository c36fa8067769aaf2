"""The table of flags: remarks about records, such as `unclear`, with who made them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from winnow.curation.store.tables import flag


def all_flags(connection: Connection) -> list[tuple[str, str]]:
    """Record and name of every flag."""
    return [(row.record_id, row.name) for row in connection.execute(select(flag.c.record_id, flag.c.name))]
