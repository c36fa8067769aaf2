"""Queries over records: which are live, and how many each split has."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, select

from winnow.curation.store import tables
from winnow.curation.store.tables import occurrence, record_group


def live_records(connection: Connection, ids: set[str] | None = None) -> set[str]:
    """Records that at least one unretracted source shows; of `ids`, or all."""
    query = select(occurrence.c.record_id).distinct().join(tables.source).where(tables.source.c.retracted_at.is_(None))
    found = {row[0] for row in connection.execute(query)}
    return found if ids is None else found & ids


def assigned_split_counts(connection: Connection, ids: set[str]) -> dict[str, int]:
    """How many of these records each reserve has."""
    query = select(tables.record.c.id, record_group.c.assigned_split).join(
        record_group, record_group.c.id == tables.record.c.group_id
    )
    counts = Counter(split for record, split in connection.execute(query) if record in ids)
    return {split: counts[split] for split in ("train", "validation", "test")}
