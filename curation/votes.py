"""Decisions as votes: what has been said about each record, by today's names, in the order in which it was given."""

from __future__ import annotations

from sqlalchemy import Connection, select

from curation.labels import Vote
from curation.rename import current, renamings
from curation.store import tables as t

PEOPLE = ("person", "adjudicator")
"""Actors whose decisions count in the order of their times."""


def votes_of(connection: Connection, *, of_people: bool = False) -> list[Vote]:
    """Decisions of unretracted sources and of people, in the order in which they were given.

    That may not be the order in which they were read. A synthetic source speaks for a model.

    `of_people` leaves out what files, rules and models say.
    """
    retracted = select(t.source.c.id).where(t.source.c.retracted_at.is_not(None))
    made = {row[0] for row in connection.execute(select(t.source.c.id).where(t.source.c.origin == "synthetic"))}
    decision = t.decision.c
    renamed = renamings(connection)
    query = (
        select(
            decision.id,
            decision.source_id,
            decision.record_id,
            decision.actor,
            decision.who,
            decision.kind,
            decision.value,
            decision.at,
        )
        .where(decision.source_id.is_(None) | decision.source_id.not_in(retracted))
        .order_by(decision.id)
    )
    if of_people:
        query = query.where(decision.actor.in_(PEOPLE))
    votes = []
    told = connection.execute(query).fetchall()
    if any(row.actor in PEOPLE for row in told):
        told = sorted(told, key=lambda row: row.at if row.actor in PEOPLE else "")
    for number, source, record, actor, who, kind, value, _ in told:
        name = current(value, renamed, decision=number) if renamed else value
        votes.append(Vote(record, "model" if source in made else actor, who, kind, name))
    return votes
