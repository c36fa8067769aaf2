"""Records: their texts, groups and splits, and which of them are live."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from winnow.core.vocabulary import SPLITS
from winnow.curation.store import tables
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.tables import occurrence, record_group

MAX_PARAMETERS = 10_000
"""Values of one statement; SQLite allows 32,766 (SQLITE_MAX_VARIABLE_NUMBER)."""


class StoredRecord(NamedTuple):
    """A record's id, content and group."""

    id: str
    content: str
    """In the canonical form of its kind; empty when it was forgotten."""
    group_id: str


def record_ids(connection: Connection) -> set[str]:
    """The ids of all stored records."""
    return {row[0] for row in connection.execute(select(tables.record.c.id))}


def records_by_id_prefix(connection: Connection, prefix: str) -> list[StoredRecord]:
    """At most three records whose id starts with this prefix: enough to see that it is not unique."""
    column = tables.record.c
    found = column.id.startswith(prefix, autoescape=True)
    query = select(column.id, column.content, column.group_id).where(found).limit(3)
    return [StoredRecord(*row) for row in connection.execute(query)]


def contents_of_records(connection: Connection, ids: set[str]) -> dict[str, str]:
    """The content of these records, in the canonical form of their kind; empty for a forgotten one."""
    query = select(tables.record.c.id, tables.record.c.content)
    if len(ids) <= MAX_PARAMETERS:
        query = query.where(tables.record.c.id.in_(ids))
    return {identity: content for identity, content in connection.execute(query).tuples() if identity in ids}


def kinds_of_records(connection: Connection, ids: set[str]) -> dict[str, str]:
    """The kind of these records."""
    query = select(tables.record.c.id, tables.record.c.kind)
    if len(ids) <= MAX_PARAMETERS:
        query = query.where(tables.record.c.id.in_(ids))
    return {identity: kind for identity, kind in connection.execute(query).tuples() if identity in ids}


def groups_of_records(connection: Connection) -> dict[str, str]:
    """The group of every record."""
    query = select(tables.record.c.id, tables.record.c.group_id)
    return {row.id: row.group_id for row in connection.execute(query)}


def splits_of_records(connection: Connection) -> dict[str, str]:
    """The assigned split of every record."""
    query = select(tables.record.c.id, record_group.c.assigned_split).join(
        record_group, record_group.c.id == tables.record.c.group_id
    )
    return {row.id: row.assigned_split for row in connection.execute(query)}


def insert_records(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Store records; one that is already stored is not changed."""
    insert_new(connection, tables.record, rows)


def live_records(connection: Connection, ids: set[str] | None = None) -> set[str]:
    """Records in at least one unretracted source, among `ids` or among all records."""
    query = select(occurrence.c.record_id).distinct().join(tables.source).where(tables.source.c.retracted_at.is_(None))
    found = {row[0] for row in connection.execute(query)}
    return found if ids is None else found & ids


def assigned_split_counts(connection: Connection, ids: set[str]) -> dict[str, int]:
    """How many of these records are assigned to each split."""
    counts = Counter(split for record, split in splits_of_records(connection).items() if record in ids)
    return {split: counts[split] for split in SPLITS}
