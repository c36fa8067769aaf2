"""How fast annotators respond, and how long the pending work will take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from winnow.curation.store.database import Connection
from winnow.curation.store.queue_items import PendingWork, pending_work
from winnow.curation.store.responses import response_events

PAUSE_SECONDS = 300.0
"""Seconds between two responses above which the annotator was not labeling."""


@dataclass(frozen=True)
class AnnotatorActivity:
    """What an annotator has done so far."""

    name: str
    responses: int
    """Records that the annotator labeled; an edited response counts once."""
    discarded: int
    seconds: float | None
    """Median time from one response to the next, without pauses; None below two responses in a row."""


@dataclass(frozen=True)
class RemainingWork:
    """What is still to be done."""

    pending: PendingWork
    minutes: float | None
    """Of one annotator's work, at the median pace of all; None while no pace is known."""


def annotator_activity(connection: Connection) -> list[AnnotatorActivity]:
    """Everybody who has responded, most responses first."""
    first: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    status: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for event in response_events(connection):
        item = (event.dataset, event.record_id)
        first[event.who].setdefault(item, event.answered_at)
        status[event.who][item] = event.status
    found = [
        AnnotatorActivity(
            name=who,
            responses=sum(one == "submitted" for one in status[who].values()),
            discarded=sum(one == "discarded" for one in status[who].values()),
            seconds=median_response_seconds(list(times.values())),
        )
        for who, times in first.items()
    ]
    return sorted(found, key=lambda one: (-one.responses, one.name))


def median_response_seconds(times: Sequence[str]) -> float | None:
    """Median seconds from one of these times to the next, without gaps above PAUSE_SECONDS."""
    moments = sorted(datetime.fromisoformat(time) for time in times)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    working = [gap for gap in gaps if gap <= PAUSE_SECONDS]
    return median(working) if working else None


def remaining_work(connection: Connection, activity: Sequence[AnnotatorActivity]) -> RemainingWork:
    """What is pending, and how many minutes that is at the annotators' pace."""
    pending = pending_work(connection)
    seconds = typical_response_seconds(activity)
    return RemainingWork(pending, None if seconds is None else pending.responses * seconds / 60)


def typical_response_seconds(activity: Sequence[AnnotatorActivity]) -> float | None:
    """The median of the annotators' paces, in seconds; None while none is known."""
    paces = [one.seconds for one in activity if one.seconds is not None]
    return median(paces) if paces else None
