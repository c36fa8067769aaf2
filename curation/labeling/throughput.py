"""How fast annotators respond, and how long the pending work will take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from sqlalchemy import Connection, select

from winnow.curation.store.queue_items import PendingWork, pending_work
from winnow.curation.store.tables import response

PAUSE_SECONDS = 300.0
"""Seconds between two answers from which on the person did something else meanwhile."""


@dataclass(frozen=True)
class AnnotatorActivity:
    """What somebody has done so far."""

    name: str
    responses: int
    """Records that the person answered; an edited answer is one."""
    discarded: int
    seconds: float | None
    """Median time from one answer to the next, pauses left out; None below two answers in a row."""


@dataclass(frozen=True)
class RemainingWork:
    """What is still to be done."""

    pending: PendingWork
    minutes: float | None
    """Of one person's work, at the median pace of all; None while no pace is known."""


def annotator_activity(connection: Connection) -> list[AnnotatorActivity]:
    """Everybody who has answered, the busiest first."""
    columns = response.c
    query = select(columns.who, columns.dataset, columns.record_id, columns.status, columns.answered_at).order_by(
        columns.answered_at, columns.id
    )
    first: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    status: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for who, dataset, record, now, at in connection.execute(query):
        first[who].setdefault((dataset, record), at)
        status[who][dataset, record] = now
    found = [
        AnnotatorActivity(
            name=who,
            responses=sum(one == "submitted" for one in status[who].values()),
            discarded=sum(one == "discarded" for one in status[who].values()),
            seconds=median_response_seconds(list(times.values())),
        )
        for who, times in first.items()
    ]
    return sorted(found, key=lambda person: (-person.responses, person.name))


def median_response_seconds(times: Sequence[str]) -> float | None:
    """Median seconds from one of these moments to the next, gaps above PAUSE left out."""
    moments = sorted(datetime.fromisoformat(time) for time in times)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    working = [gap for gap in gaps if gap <= PAUSE_SECONDS]
    return median(working) if working else None


def remaining_work(connection: Connection, done: Sequence[AnnotatorActivity]) -> RemainingWork:
    """What waits, and how many minutes that is at the pace of those who have answered."""
    found = pending_work(connection)
    seconds = typical_response_seconds(done)
    return RemainingWork(found, None if seconds is None else found.responses * seconds / 60)


def typical_response_seconds(done: Sequence[AnnotatorActivity]) -> float | None:
    """The median of people's paces, in seconds; None while none is known."""
    paces = [person.seconds for person in done if person.seconds is not None]
    return median(paces) if paces else None
