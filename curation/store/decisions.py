"""The table of decisions, and decisions as votes under the current names of the labels."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from winnow.core.vocabulary import DecisionKind
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.annotations.votes import HUMAN_ACTORS, Vote
from winnow.curation.store import tables
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.label_renames import current_names, label_renames, labels_as_given


def votes_of(connection: Connection, *, of_people: bool = False) -> list[Vote]:
    """Decisions of people and of unretracted sources, in the order in which they were made.

    This order can differ from the order in which they were stored. Labels from a synthetic source count as those of a
    model. `of_people` excludes the votes of files, rules and models.
    """
    retracted = select(tables.source.c.id).where(tables.source.c.retracted_at.is_not(None))
    made = {
        row[0] for row in connection.execute(select(tables.source.c.id).where(tables.source.c.origin == "synthetic"))
    }
    decision = tables.decision.c
    current_name = current_names(connection)
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
        votes.append(Vote(record, "model" if source in made else actor, who, kind, current_name(number, value)))
    return votes


def answers_by_people(connection: Connection) -> dict[str, set[str]]:
    """The ids of the corrected answers that people gave, by the record that they correct; withdrawn ones included."""
    columns, found = tables.decision.c, defaultdict(set)
    query = select(columns.record_id, columns.value).where(columns.kind == DecisionKind.CORRECTION)
    for record, corrected in connection.execute(query).tuples():
        found[record].add(corrected)
    return dict(found)


class DecisionKey(NamedTuple):
    """Who decided what about a record."""

    record_id: str
    actor: str
    who: str
    kind: str
    value: str


class KeyOfDecision(NamedTuple):
    """A stored decision without its reason and time."""

    decision: DecisionKey
    source_id: str | None
    """The source that states it, which may be retracted; None for an answer in a queue."""


def decision_keys(connection: Connection) -> list[KeyOfDecision]:
    """All decisions in the order in which they were stored."""
    columns = tables.decision.c
    query = select(columns.record_id, columns.actor, columns.who, columns.kind, columns.value, columns.source_id)
    rows = connection.execute(query.order_by(columns.id)).tuples()
    return [KeyOfDecision(DecisionKey(*key), source) for *key, source in rows]


def insert_decision(connection: Connection, key: DecisionKey, *, turn: int, why: str, at: str) -> None:
    """Store one decision. `turn` counts how often the same annotator has made it before: A, then B, then A again."""
    connection.execute(tables.decision.insert().values(**key._asdict(), turn=turn, why=why, at=at))


def last_decision_id(connection: Connection) -> int:
    """The id of the newest decision; 0 when there are none."""
    return int(connection.execute(select(func.coalesce(func.max(tables.decision.c.id), 0))).scalar_one())


class LabelDecision(NamedTuple):
    """One decision for a label, under the name that the label had at the time."""

    id: int
    record_id: str
    value: str


def label_decisions(connection: Connection) -> list[LabelDecision]:
    """Every decision for a label."""
    columns, given = tables.decision.c, labels_as_given(connection)
    query = select(columns.id, columns.record_id, columns.value).where(columns.kind == "label")
    return [LabelDecision(row.id, row.record_id, given.get(row.id, row.value)) for row in connection.execute(query)]


def count_records(connection: Connection, label: str) -> int:
    """Number of records with a decision for the label that has this name today."""
    known = label_renames(connection)
    decided = label_decisions(connection)
    return len({one.record_id for one in decided if current_label(one.value, known, decision=one.id) == label})


def insert_decisions(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Store decisions; one that is already stored is not changed."""
    insert_new(connection, tables.decision, rows)


@dataclass(frozen=True)
class StoredDecision:
    """What somebody or something decided about a record, as stored."""

    id: int
    """Later decisions have higher ids."""
    record_id: str
    """The record."""
    actor: str
    """Who decided: a value of `Actor`."""
    who: str
    """Name of the annotator, file, rule or model."""
    kind: str
    """What the decision says: a value of `DecisionKind`."""
    value: str
    """The label, or the corrected text."""
    turn: int
    """How often the same annotator had made this decision before: A, then B, then A again."""
    why: str
    """The reason; empty if none was given."""
    at: str
    """When it was made: ISO 8601, UTC."""
    source_id: str | None
    """The source of a file's label."""


def decisions_of(connection: Connection, record_id: str) -> list[StoredDecision]:
    """Every decision about a record, as stored, oldest first."""
    query = select(tables.decision).where(tables.decision.c.record_id == record_id).order_by(tables.decision.c.id)
    return [StoredDecision(**row) for row in connection.execute(query).mappings()]
