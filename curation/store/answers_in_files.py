"""Decisions of people whom a file names as annotators: stored like all decisions, with the source that has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from winnow.core.vocabulary import Actor, DecisionKind, Origin
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.label_renames import current_names
from winnow.curation.store.tables import decision, source

LOGGED_FEEDBACK = "log:feedback"
"""Who decided what people said in an interaction log. It is one voice: the log may not say which person it was."""


class AnswerInFile(NamedTuple):
    """What a person decided about a record, as a file states it."""

    record_id: str
    source_id: str
    who: str
    kind: DecisionKind
    value: str
    at: str
    row: int
    """The row of the file."""


class LatestAnswer(NamedTuple):
    """The latest answer of a person to a record in files."""

    kind: str
    value: str
    """The label under its name of today, or the abstention."""
    at: str


def insert_answers(connection: Connection, answers: Collection[AnswerInFile]) -> None:
    """Store answers: one for each person, record and source; one that a source already has is not stored again."""
    earlier = _decisions_of_people(connection, {one.record_id for one in answers}) if answers else []
    known = {(row["record_id"], row["who"], row["source_id"]) for row in earlier}
    turns = Counter((row["record_id"], row["who"], row["kind"], row["value"]) for row in earlier)
    rows = []
    for one in answers:
        key = (one.record_id, one.who, one.kind.value, one.value)
        if (one.record_id, one.who, one.source_id) not in known:
            rows.append(_row(one, turns[key]))
            turns[key] += 1
    insert_new(connection, decision, rows)


def _row(one: AnswerInFile, turn: int) -> dict[str, Any]:
    return {
        "record_id": one.record_id,
        "actor": Actor.PERSON.value,
        "who": one.who,
        "kind": one.kind.value,
        "value": one.value,
        "turn": turn,
        "why": f"row {one.row}",
        "at": one.at,
        "source_id": one.source_id,
    }


def _decisions_of_people(connection: Connection, records: Collection[str]) -> list[Any]:
    columns = decision.c
    query = select(columns.record_id, columns.who, columns.kind, columns.value, columns.source_id)
    found = connection.execute(query.where(columns.actor == Actor.PERSON)).mappings()
    return [row for row in found if row["record_id"] in records]


def latest_answers_in_files(connection: Connection) -> dict[tuple[str, str], LatestAnswer]:
    """The latest answer of each person to each record, by record and name.

    Retracted sources do not count, and neither do synthetic ones, whose labels are those of a model.
    """
    columns, name_of = decision.c, current_names(connection)
    query = (
        select(columns.id, columns.record_id, columns.who, columns.kind, columns.value, columns.at)
        .join(source, source.c.id == columns.source_id)
        .where(columns.actor == Actor.PERSON, columns.who != LOGGED_FEEDBACK)
        .where(source.c.retracted_at.is_(None), source.c.origin != Origin.SYNTHETIC)
        .order_by(columns.at, columns.id)
    )
    return {
        (row.record_id, row.who): LatestAnswer(row.kind, name_of(row.id, row.value), row.at)
        for row in connection.execute(query)
    }
