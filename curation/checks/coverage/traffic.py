"""Traffic: the queries of production logs with the time at which each was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from winnow.core.result import NotMeasured
from winnow.core.timestamps import parse_time
from winnow.curation.store import tables
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.tables import occurrence, source

WINDOW_DAYS = 28
"""Four whole weeks, so that every day of the week counts alike; what lies further back says little of today."""


@dataclass(frozen=True)
class LogQuery:
    """One occurrence of a record in a log."""

    record: str
    text: str
    group: str
    at: datetime


@dataclass(frozen=True)
class Traffic:
    """What logs of unretracted sources show; forgotten records are not in it."""

    queries: list[LogQuery]
    """Those whose time can be read, the oldest first."""
    undated: int
    """Those of which nobody can say when they were asked."""


def read_traffic(connection: Connection) -> Traffic:
    """Every occurrence of a log, labeled by now or not: a sample that no labeling has bent."""
    query = (
        select(tables.record.c.id, tables.record.c.text, tables.record.c.group_id, occurrence.c.time)
        .join(occurrence, occurrence.c.record_id == tables.record.c.id)
        .join(source, source.c.id == occurrence.c.source_id)
        .where(source.c.origin == "log", source.c.retracted_at.is_(None))
        .order_by(occurrence.c.id)
    )
    gone = forgotten_ids(connection)
    queries, undated = [], 0
    for record, text, group, time in connection.execute(query):
        if record in gone:
            continue
        at = parse_time(time) if time else None
        if at is None:
            undated += 1
        else:
            queries.append(LogQuery(record, text, group, at))
    return Traffic(sorted(queries, key=lambda one: (one.at, one.record)), undated)


def queries_per_day(queries: Sequence[LogQuery]) -> float | NotMeasured:
    """Queries a day in the WINDOW_DAYS before the newest one, or since the oldest one where that is later.

    A log of less than a day counts as one day.
    """
    if not queries:
        return NotMeasured("no log query with a time that can be read: winnow add FILE --origin log --time-column NAME")
    newest = queries[-1].at
    begin = max(queries[0].at, newest - timedelta(days=WINDOW_DAYS))
    days = max((newest - begin) / timedelta(days=1), 1.0)
    return sum(one.at >= begin for one in queries) / days
