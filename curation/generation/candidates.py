"""What became of everything that generators proposed, and which records a check or a judge suspects."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from curation.clock import now
from curation.intake import insert_new
from curation.store import tables as t

Fate = Literal["kept", "known", "dropped"]


@dataclass(frozen=True)
class Candidate:
    """One proposal and its fate."""

    record_id: str
    label: str
    outcome: Fate
    reason: str = ""
    """Why it was dropped; empty where it was not."""
    detail: Mapping[str, Any] = field(default_factory=dict)
    question_id: str | None = None


@dataclass(frozen=True)
class Suspicion:
    """Why a record is shown to reviewers beside the sample."""

    record_id: str
    by: str
    """`nearness`, or the judge's model."""
    why: str
    quotes: tuple[str, ...] = ()
    """Ids of records to show beside it."""


def taken_in(connection: Connection, run: str) -> frozenset[str]:
    """The questions whose answers have become candidates."""
    query = select(t.candidate.c.question_id).where(t.candidate.c.run_id == run, t.candidate.c.question_id.is_not(None))
    return frozenset(row[0] for row in connection.execute(query))


def fates(connection: Connection, run: str) -> dict[str, int]:
    """How many candidates of a run were kept, known and dropped."""
    c = t.candidate.c
    rows = connection.execute(select(c.outcome, func.count()).where(c.run_id == run).group_by(c.outcome))
    return {"kept": 0, "known": 0, "dropped": 0} | dict(rows.tuples().all())


def details(connection: Connection, run: str) -> list[dict[str, Any]]:
    """What the kept candidates of a run were asked to be."""
    c = t.candidate.c
    query = select(c.detail).where(c.run_id == run, c.outcome == "kept").order_by(c.round, c.position)
    return [dict(json.loads(row[0])) for row in connection.execute(query)]


def write_candidates(connection: Connection, run: str, candidates: Sequence[Candidate]) -> None:
    """Write down what became of proposals, as the next intake of a run."""
    c, moment = t.candidate.c, now()
    number = connection.execute(select(func.max(c.round)).where(c.run_id == run)).scalar()
    rows = [
        {
            "run_id": run,
            "round": 0 if number is None else number + 1,
            "position": position,
            "question_id": one.question_id,
            "record_id": one.record_id,
            "label": one.label,
            "detail": json.dumps(dict(one.detail), sort_keys=True, ensure_ascii=False),
            "outcome": one.outcome,
            "reason": one.reason,
            "at": moment,
        }
        for position, one in enumerate(candidates)
    ]
    if rows:
        connection.execute(insert(t.candidate), rows)


def write_suspicions(connection: Connection, suspicions: Sequence[Suspicion]) -> None:
    """Write down which records are suspected; the first word of each suspecter stays."""
    moment = now()
    insert_new(
        connection,
        t.suspicion,
        [
            {"record_id": s.record_id, "by": s.by, "why": s.why, "quotes": json.dumps(s.quotes), "at": moment}
            for s in suspicions
        ],
    )


def suspicions(connection: Connection) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Why each suspected record is, and the ids of the records to show beside it."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    s = t.suspicion.c
    for record, why, quotes in connection.execute(select(s.record_id, s.why, s.quotes).order_by(s.record_id, s.by)):
        before, shown = found.get(record, ("", ()))
        found[record] = ("\n".join(filter(None, (before, why))), tuple(dict.fromkeys((*shown, *json.loads(quotes)))))
    return found
