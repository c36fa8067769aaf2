"""Read decisions as votes, under today's label names, in the order in which they were given."""

from __future__ import annotations

from sqlalchemy import Connection, select

from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.annotations.votes import HUMAN_ACTORS, Vote
from winnow.curation.store import tables
from winnow.curation.store.label_renames import label_renames


def votes_of(connection: Connection, *, of_people: bool = False) -> list[Vote]:
    """Decisions of unretracted sources and of people, in the order in which they were given.

    That may not be the order in which they were read. A synthetic source speaks for a model.

    `of_people` leaves out what files, rules and models say.
    """
    retracted = select(tables.source.c.id).where(tables.source.c.retracted_at.is_not(None))
    made = {
        row[0] for row in connection.execute(select(tables.source.c.id).where(tables.source.c.origin == "synthetic"))
    }
    decision = tables.decision.c
    renamed = label_renames(connection)
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
        query = query.where(decision.actor.in_(HUMAN_ACTORS))
    votes = []
    rows = connection.execute(query).fetchall()
    if any(row.actor in HUMAN_ACTORS for row in rows):
        rows = sorted(rows, key=lambda row: row.at if row.actor in HUMAN_ACTORS else "")
    for number, source, record, actor, who, kind, value, _ in rows:
        name = current_label(value, renamed, decision=number) if renamed else value
        votes.append(Vote(record, "model" if source in made else actor, who, kind, name))
    return votes
