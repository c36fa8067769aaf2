"""How fast annotators respond, and how long the pending work will take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from winnow.curation.store.database import Connection
from winnow.curation.store.queue_items import PendingWork, pending_work
from winnow.curation.store.responses import response_events, words_of_answered_records, words_to_read

PAUSE_SECONDS = 300.0
"""Seconds between two responses above which the annotator was not labeling."""

READING_SPEED = 238
"""Words that adults read silently in a minute (Brysbaert 2019, meta-analysis of 190 studies, English non-fiction)."""

SKIMMING_FACTOR = 3
"""At this multiple of READING_SPEED, about 700 words per minute, nobody understands what they read; from about 600 on,
people skim (Rayner et al. 2016, So Much to Read, So Little Time)."""

REACTION_SECONDS = 0.2
"""The fastest reaction to something that is seen (Woods et al. 2015: 0.23 s on average)."""


@dataclass(frozen=True)
class AnnotatorActivity:
    """How much an annotator has labeled, and how fast."""

    name: str
    responses: int
    """Records that the annotator labeled; an edited response counts once."""
    discarded: int
    seconds: float | None
    """Median seconds from one response to the next, without pauses and implausible responses; None if none is left."""
    implausible: int
    """Responses given faster than a person can read the record: in bulk, by a program, or without reading."""


@dataclass(frozen=True)
class RemainingWork:
    """What is still to be done."""

    pending: PendingWork
    minutes: float | None
    """Minutes that one annotator would need at the median pace of all or, while no pace is known, to read what is
    pending once at READING_SPEED; None if the texts are forgotten."""
    is_measured: bool = True
    """Whether the minutes follow from the annotators' pace."""


def annotator_activity(connection: Connection) -> list[AnnotatorActivity]:
    """The activity of every annotator who has responded, most responses first."""
    words = words_of_answered_records(connection)
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
            **pace_of_responses([(time, words.get(record, 0)) for (_, record), time in times.items()])._asdict(),
        )
        for who, times in first.items()
    ]
    return sorted(found, key=lambda one: (-one.responses, one.name))


class Pace(NamedTuple):
    """How fast one annotator responds."""

    seconds: float | None
    """Median seconds from one response to the next; None if no response was plausible."""
    implausible: int
    """Responses that are excluded from the median because they came too fast."""


def pace_of_responses(responses: Sequence[tuple[str, int]]) -> Pace:
    """The pace of one annotator's responses, each with its time and the words of its record.

    Gaps longer than PAUSE_SECONDS, or shorter than it takes to read the record, are excluded.
    """
    moments = sorted((datetime.fromisoformat(time), words) for time, words in responses)
    gaps = [((later - earlier).total_seconds(), words) for (earlier, _), (later, words) in pairwise(moments)]
    plausible = [gap for gap, words in gaps if least_seconds(words) <= gap <= PAUSE_SECONDS]
    implausible = sum(gap < least_seconds(words) for gap, words in gaps)
    return Pace(median(plausible) if plausible else None, implausible)


def least_seconds(words: int) -> float:
    """The fewest seconds in which a person can read this many words and react."""
    return REACTION_SECONDS + words * 60 / (SKIMMING_FACTOR * READING_SPEED)


def remaining_work(connection: Connection, activity: Sequence[AnnotatorActivity]) -> RemainingWork:
    """What is pending, and how many minutes it will take at the annotators' pace."""
    pending = pending_work(connection)
    seconds = typical_response_seconds(activity)
    if seconds is not None:
        return RemainingWork(pending, pending.responses * seconds / 60)
    words = words_to_read(connection, pending.missing.keys())
    to_read = sum(words.get(record, 0) * missing for record, missing in pending.missing.items())
    return RemainingWork(pending, to_read / READING_SPEED if to_read else None, is_measured=False)


def reading_seconds(texts: Iterable[str]) -> float | None:
    """The median seconds that reading one of these texts takes at READING_SPEED; None without texts."""
    words = [len(text.split()) for text in texts]
    return 60 * median(words) / READING_SPEED if words else None


def typical_response_seconds(activity: Sequence[AnnotatorActivity]) -> float | None:
    """The median of the annotators' paces, in seconds; None while none is known."""
    paces = [one.seconds for one in activity if one.seconds is not None]
    return median(paces) if paces else None
