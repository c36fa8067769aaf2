"""Store what follows from the interactions of logs: the lines that are taken, and decisions about their records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.core.vocabulary import Actor
from winnow.curation.ingest.log_rulings import LogEffect, Ruling, taken_line
from winnow.curation.store.answers_in_files import LOGGED_FEEDBACK
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import insert_decisions
from winnow.curation.store.records import record_ids
from winnow.curation.store.taken_lines import FeedbackDecision, feedback_decisions, insert_taken_lines

OUTPUT = "log:output"
"""Who proposed what a model answered."""


def store_log_effects(
    connection: Connection, effects: Sequence[LogEffect], sources: Mapping[int, str], now: str
) -> None:
    """Store the effects; `sources` has the id of the source of each file. Call it after the rows are stored.

    A row that a source had with other content before is not stored, and its lines are not taken.
    """
    if not effects:
        return
    stored = record_ids(connection)
    effects = [effect for effect in effects if effect.record in stored]
    lines = [taken_line(effect, line, sources[line.place.file]) for effect in effects for line in effect.lines]
    insert_taken_lines(connection, lines, now)
    by_people = [one for one in effects if one.ruling and one.ruling.actor == Actor.PERSON]
    others = [one for one in effects if one.ruling and one.ruling.actor != Actor.PERSON]
    rows = [_row(one, one.ruling, sources[one.place.file], now) for one in others if one.ruling]
    insert_decisions(connection, rows)
    insert_decisions(connection, [*_by_people(connection, by_people, sources, now)])


def _by_people(
    connection: Connection, effects: Sequence[LogEffect], sources: Mapping[int, str], now: str
) -> Iterator[dict[str, Any]]:
    """Decisions that differ from the one before them, in the order of their times, with the turn of each."""
    made: dict[str, list[FeedbackDecision]] = defaultdict(list)
    for one in feedback_decisions(connection, LOGGED_FEEDBACK) if effects else ():
        made[one.record_id].append(one)
    for effect in sorted(effects, key=lambda effect: _time(effect, now)):
        ruling, at, earlier = effect.ruling, _time(effect, now), made[effect.record]
        if ruling is None:
            continue
        last = next((one for one in reversed(earlier) if one.at <= at), None)
        if last and (last.kind, last.value) == (ruling.kind, ruling.value):
            continue
        turn = sum((one.kind, one.value) == (ruling.kind, ruling.value) for one in earlier)
        earlier.append(FeedbackDecision(effect.record, ruling.kind, ruling.value, at))
        earlier.sort(key=lambda one: one.at)
        yield {**_row(effect, ruling, sources[effect.place.file], now), "turn": turn, "at": at}


def _row(effect: LogEffect, ruling: Ruling, source: str, now: str) -> dict[str, Any]:
    who = {Actor.PERSON: LOGGED_FEEDBACK, Actor.MODEL: OUTPUT}.get(ruling.actor, f"file:{source}")
    return {
        "record_id": effect.record,
        "actor": ruling.actor.value,
        "who": who,
        "kind": ruling.kind.value,
        "value": ruling.value,
        "turn": 0,
        "why": effect.why,
        "at": now,
        "source_id": source,
    }


def _time(effect: LogEffect, now: str) -> str:
    """When people decided, and never in the future: a wrong clock must not outlast later decisions."""
    return min(effect.at or now, now)
