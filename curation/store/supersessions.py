"""Corrected answers: which record supersedes which, by which row of which source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from winnow.core.vocabulary import Origin
from winnow.curation.annotations.superseded import Supersession
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.tables import source, supersession


@dataclass(frozen=True)
class StoredSupersession:
    """One statement of a source that a record corrects another one."""

    record: str
    """Id of the corrected record."""
    superseded: str
    """Id of the record that it corrects."""
    name: str
    """File name of the source."""
    who: str
    """Who says so, such as `file:` and the id of the source."""
    why: str
    """The row that says so."""
    at: str
    """When it was added: ISO 8601, UTC."""
    retracted_at: str | None
    """When the source was retracted; None while it counts."""


def insert_supersessions(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Store supersessions; one that is already stored is not changed."""
    insert_new(connection, supersession, rows)


def live_supersessions(connection: Connection) -> frozenset[Supersession]:
    """What unretracted sources state."""
    query = (
        select(supersession.c.record_id, supersession.c.superseded_id, source.c.origin)
        .join(source, source.c.id == supersession.c.source_id)
        .where(source.c.retracted_at.is_(None))
    )
    rows = connection.execute(query).tuples()
    return frozenset(Supersession(record, old, by_machine=origin == Origin.SYNTHETIC) for record, old, origin in rows)


def supersessions_of(connection: Connection, record: str) -> list[StoredSupersession]:
    """Every statement that names a record, on either side, retracted ones included, the first added first."""
    columns = supersession.c
    query = (
        select(columns.record_id, columns.superseded_id, source.c.name, columns.who, columns.why, columns.at)
        .add_columns(source.c.retracted_at)
        .join(source, source.c.id == columns.source_id)
        .where(_names(record))
        .order_by(columns.id)
    )
    return [StoredSupersession(*row) for row in connection.execute(query)]


def forget_supersessions(connection: Connection, record: str) -> None:
    """Delete what names a forgotten record. A correction of it supersedes directly what it superseded itself."""
    insert_supersessions(connection, _joined(connection, record))
    connection.execute(delete(supersession).where(_names(record)))


def _joined(connection: Connection, record: str) -> list[dict[str, Any]]:
    """The supersessions that take the place of the two of a record in the middle of a chain."""
    columns = supersession.c
    earlier = sorted({one.superseded for one in live_supersessions(connection) if one.record == record})
    query = select(columns.record_id, columns.source_id, columns.who, columns.why, columns.at)
    later: Sequence[Any] = connection.execute(query.where(columns.superseded_id == record)).mappings().all()
    return [{**row, "superseded_id": one} for row in later for one in earlier]


def _names(record: str) -> Any:
    return or_(supersession.c.record_id == record, supersession.c.superseded_id == record)
