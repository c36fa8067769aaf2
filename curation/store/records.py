"""Records: their texts, groups and splits, and which of them are live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, select

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


def record_ids(connection: Connection, ids: Set[str] | None = None) -> set[str]:
    """The ids of all stored records, or which of these are stored."""
    return set(_column_of_records(connection, tables.record.c.id, ids))


def records_by_id_prefix(connection: Connection, prefix: str) -> list[StoredRecord]:
    """At most three records whose id starts with this prefix: enough to see that it is not unique."""
    column = tables.record.c
    found = column.id.startswith(prefix, autoescape=True)
    query = select(column.id, column.content, column.group_id).where(found).limit(3)
    return [StoredRecord(*row) for row in connection.execute(query)]


def contents_of_records(connection: Connection, ids: Set[str]) -> dict[str, str]:
    """The content of these records, in the canonical form of their kind; empty for a forgotten one."""
    return _column_of_records(connection, tables.record.c.content, ids)


def kinds_of_records(connection: Connection, ids: Set[str]) -> dict[str, str]:
    """The kind of these records."""
    return _column_of_records(connection, tables.record.c.kind, ids)


def groups_of_records(connection: Connection, ids: Set[str] | None = None) -> dict[str, str]:
    """The group of every record, or of these."""
    return _column_of_records(connection, tables.record.c.group_id, ids)


def splits_of_records(connection: Connection, ids: Set[str] | None = None) -> dict[str, str]:
    """The assigned split of every record, or of these."""
    return _column_of_records(connection, record_group.c.assigned_split, ids)


def _column_of_records(connection: Connection, column: Column[str], ids: Set[str] | None) -> dict[str, str]:
    """A column of records or of their groups, by record: of all records, or of these."""
    identity = tables.record.c.id
    query = select(identity, column).select_from(tables.record)
    if column.table is record_group:
        query = query.join(record_group, record_group.c.id == tables.record.c.group_id)
    if ids is not None and len(ids) <= MAX_PARAMETERS:
        query = query.where(identity.in_(ids))
    found = connection.execute(query).tuples()
    return {record: value for record, value in found if ids is None or record in ids}


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
    counts = Counter(splits_of_records(connection, ids).values())
    return {split: counts[split] for split in SPLITS}
