"""Records whose content was forgotten."""

from __future__ import annotations

from sqlalchemy import Connection, select

from winnow.curation.store import tables


def forgotten_ids(connection: Connection) -> frozenset[str]:
    """Records whose content is gone."""
    return frozenset(row[0] for row in connection.execute(select(tables.forgotten.c.record_id)))
