"""What reviewers read: the sample of every lot, what a ruling asks for besides, and suspects beside the sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from curation.chance import chance
from curation.labels import unsettled
from curation.lots import Lot
from curation.queues import places as p
from curation.queues.candidates import Candidate, by_record
from curation.queues.questions import Kind
from curation.task import Task
from curation.votes import votes_of


def to_review(
    standing: Sequence[Lot],
    rows: Sequence[Mapping[str, Any]],
    suspects: Mapping[str, tuple[str, tuple[str, ...]]],
    task: Task,
    *,
    rescued_at: str,
) -> list[Candidate]:
    """The records that lots need judged next, in their random order; then suspects, which no look counts.

    `suspects` tells why and which records that quotes. Lots that were refused by `rescued_at` are read whole.
    """
    known = {row["id"]: row for row in rows}
    meanings = {label.name: label.description for label in task.labels}
    found: dict[str, Candidate] = {}
    for lot in standing:
        sampled = dict.fromkeys(record for record in lot.needed(whole=lot.ruled_at <= rescued_at) if record in known)
        for record in (*sampled, *(record for record in lot.beside() if record in suspects)):
            if record in found or record not in known:
                continue
            row, label = known[record], lot.proposed[record]
            context = f"{label}: {meanings.get(label, '')}".rstrip(": ")
            kind: Kind = "open"
            why, quotes = suspects.get(record, ("", ())) if record not in sampled else ("", ())
            if why:
                kind, context = "suspect", f"{context}\n{why}"
            elif not label or chance(task.splits.key, "blind", record) < task.review.blind_share:
                kind = "blind"
            found[record] = Candidate(
                record, row["text"], int(row["weight"]), "train", label or None, context, kind, quotes
            )
    return list(found.values())


def open_records(connection: Connection) -> frozenset[str]:
    """Records that no look may count yet: on which people disagree, or whose second reader has not been there."""
    votes = by_record(votes_of(connection, of_people=True))
    apart = {record for record, own in votes.items() if unsettled(own)}
    overlap = {one.name: one.overlap for one in p.datasets(connection, "review") if not one.closed}
    met = p.met(connection)
    half = {
        place.record_id
        for place in p.places(connection, "review")
        if not place.withdrawn and 0 < met.get((place.dataset, place.record_id), 0) < overlap.get(place.dataset, 0)
    }
    decided = {record for record, own in votes.items() if any(vote.actor == "adjudicator" for vote in own)}
    return frozenset(apart | (half - decided))
