"""Groups of records and their assigned splits."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from sqlalchemy import Connection, func, select

from winnow.core.vocabulary import SplitReason
from winnow.curation.store import tables
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.records import MAX_PARAMETERS
from winnow.curation.store.tables import occurrence, record_group


def stored_groups(connection: Connection, ids: Set[str]) -> set[str]:
    """Which of these groups are stored."""
    query = select(record_group.c.id)
    if len(ids) <= MAX_PARAMETERS:
        query = query.where(record_group.c.id.in_(ids))
    return {*ids}.intersection(connection.execute(query).scalars())


def insert_groups(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Store groups; one that is already stored keeps its assigned split."""
    insert_new(connection, record_group, rows)


def split_reason(connection: Connection, group: str) -> str:
    """How a group got its split: a value of SplitReason."""
    query = select(record_group.c.why).where(record_group.c.id == group)
    return str(connection.execute(query).scalar_one())


def eligible_counts(connection: Connection) -> list[tuple[str, str, int]]:
    """Number of live records by stratum and split, without train-only and held-out groups, which fill no quota."""
    group = record_group.c
    live = select(occurrence.c.record_id).join(tables.source).where(tables.source.c.retracted_at.is_(None))
    query = (
        select(group.stratum, group.assigned_split, func.count())
        .join(tables.record, tables.record.c.group_id == group.id)
        .where(group.why.not_in((SplitReason.TRAIN_ONLY, SplitReason.HELD_OUT_TOOL)), tables.record.c.id.in_(live))
        .group_by(group.stratum, group.assigned_split)
    )
    return [(stratum, split, count) for stratum, split, count in connection.execute(query)]
