"""Occurrences: which source showed which record, and when."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from winnow.curation.store.tables import forgotten, occurrence, record, source


@dataclass(frozen=True)
class LogOccurrence:
    """One time a log showed a record."""

    record: str
    text: str
    group: str
    time: str
    """As the source wrote it; empty where it gave none."""


def log_occurrences(connection: Connection) -> list[LogOccurrence]:
    """Every occurrence in an unretracted log, in the order in which they were added; forgotten records excluded."""
    query = (
        select(record.c.id, record.c.text, record.c.group_id, occurrence.c.time)
        .join(occurrence, occurrence.c.record_id == record.c.id)
        .join(source, source.c.id == occurrence.c.source_id)
        .where(source.c.origin == "log", source.c.retracted_at.is_(None))
        .where(record.c.id.not_in(select(forgotten.c.record_id)))
        .order_by(occurrence.c.id)
    )
    rows = connection.execute(query)
    return [LogOccurrence(record_id, text, group, time or "") for record_id, text, group, time in rows]


def log_times(connection: Connection) -> dict[str, list[str]]:
    """When each record occurred in a log, as the source wrote it; an empty string where it gave no time."""
    query = (
        select(occurrence.c.record_id, occurrence.c.time)
        .join(source)
        .where(source.c.origin == "log", source.c.retracted_at.is_(None))
        .order_by(occurrence.c.id)
    )
    times: dict[str, list[str]] = {}
    for record_id, time in connection.execute(query):
        times.setdefault(record_id, []).append(time or "")
    return times
