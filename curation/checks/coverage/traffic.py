"""Traffic: the queries of production logs with the time at which each was asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.core.timestamps import parse_time
from winnow.curation.store.occurrences import LogOccurrence

WINDOW_DAYS = 28
"""Four whole weeks, so that each day of the week counts equally; older queries say little about current traffic."""

ADD_LOG = command("add", "FILE", origin="log", time_column="NAME")


@dataclass(frozen=True)
class LogQuery:
    """One occurrence of a record in a log."""

    record: str
    text: str
    group: str
    at: datetime


@dataclass(frozen=True)
class Traffic:
    """The queries of unretracted logs, without forgotten records."""

    queries: list[LogQuery]
    """Those with a readable time, oldest first."""
    undated: int
    """How many have no readable time."""


def traffic_of(occurrences: Iterable[LogOccurrence]) -> Traffic:
    """Every query of the logs, labeled or not: a sample without selection by labeling."""
    queries, undated = [], 0
    for one in occurrences:
        at = parse_time(one.time) if one.time else None
        if at is None:
            undated += 1
        else:
            queries.append(LogQuery(one.record, one.text, one.group, at))
    return Traffic(sorted(queries, key=lambda query: (query.at, query.record)), undated)


def queries_per_day(queries: Sequence[LogQuery]) -> float | NotMeasured:
    """Queries a day in the WINDOW_DAYS before the newest one, or since the oldest one where that is later.

    A log of less than a day counts as one day.
    """
    if not queries:
        return NotMeasured(f"no record of a log has a readable time: {ADD_LOG}")
    newest = queries[-1].at
    begin = max(queries[0].at, newest - timedelta(days=WINDOW_DAYS))
    days = max((newest - begin) / timedelta(days=1), 1.0)
    return sum(one.at >= begin for one in queries) / days
