"""Traffic: the queries of production logs with the moment at which each was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from curation.estimates import NotMeasured
from curation.store import tables as t
from curation.times import read_time
from curation.working import forgotten_ids

WINDOW_DAYS = 28
"""Four whole weeks, so that every day of the week counts alike; what lies further back says little of today."""


@dataclass(frozen=True)
class Query:
    """One sighting of a record in a log."""

    record: str
    text: str
    family: str
    at: datetime


@dataclass(frozen=True)
class Traffic:
    """What logs of unretracted sources show; forgotten records are not in it."""

    queries: list[Query]
    """Those whose time can be read, the oldest first."""
    undated: int
    """Those of which nobody can say when they were asked."""


def traffic(connection: Connection) -> Traffic:
    """Every sighting of a log, labeled by now or not: a sample that no labeling has bent."""
    query = (
        select(t.record.c.id, t.record.c.text, t.record.c.family_id, t.sighting.c.time)
        .join(t.sighting, t.sighting.c.record_id == t.record.c.id)
        .join(t.source, t.source.c.id == t.sighting.c.source_id)
        .where(t.source.c.origin == "log", t.source.c.retracted_at.is_(None))
        .order_by(t.sighting.c.id)
    )
    gone = forgotten_ids(connection)
    queries, undated = [], 0
    for record, text, family, time in connection.execute(query):
        if record in gone:
            continue
        at = read_time(time) if time else None
        if at is None:
            undated += 1
        else:
            queries.append(Query(record, text, family, at))
    return Traffic(sorted(queries, key=lambda one: (one.at, one.record)), undated)


def queries_per_day(queries: Sequence[Query]) -> float | NotMeasured:
    """Queries a day in the WINDOW_DAYS before the newest one, or since the oldest one where that is later.

    A log of less than a day counts as one day.
    """
    if not queries:
        return NotMeasured("no log query with a time that can be read: winnow add FILE --origin log --time-column NAME")
    newest = queries[-1].at
    begin = max(queries[0].at, newest - timedelta(days=WINDOW_DAYS))
    days = max((newest - begin) / timedelta(days=1), 1.0)
    return sum(one.at >= begin for one in queries) / days
