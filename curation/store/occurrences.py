"""Occurrences: which source showed which record, and when."""

from __future__ import annotations

from sqlalchemy import Connection, select

from winnow.curation.store.tables import occurrence, source


def log_times(connection: Connection) -> dict[str, list[str]]:
    """When each record was seen by a log, as the source wrote it; an empty word where it did not say."""
    query = (
        select(occurrence.c.record_id, occurrence.c.time)
        .join(source)
        .where(source.c.origin == "log", source.c.retracted_at.is_(None))
        .order_by(occurrence.c.id)
    )
    times: dict[str, list[str]] = {}
    for record, time in connection.execute(query):
        times.setdefault(record, []).append(time or "")
    return times
