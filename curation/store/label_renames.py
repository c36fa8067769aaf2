"""Label renames, oldest first, without those that were undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import NamedTuple

from sqlalchemy import Connection, Text, cast, func, literal, select

from winnow.core.vocabulary import Actor
from winnow.curation.annotations.renamed_labels import LabelRename, current_label
from winnow.curation.store.tables import artifact, decision, label_rename, occurrence


class StoredRename(NamedTuple):
    """A rename that was not undone."""

    id: int
    old: str
    new: str
    last_decision: int
    releases: int
    """Number of releases that were frozen before it."""


def label_renames(connection: Connection) -> list[LabelRename]:
    """All renames that were not undone, oldest first."""
    return [LabelRename(one.old, one.new, one.last_decision) for one in stored_renames(connection)]


def stored_renames(connection: Connection) -> list[StoredRename]:
    """The same with their ids."""
    c = label_rename.c
    undone = select(c.undoes).where(c.undoes.is_not(None))
    query = select(c.id, c.old, c.new, c.last_decision, c.releases).where(c.undoes.is_(None), c.id.not_in(undone))
    return [StoredRename(*row) for row in connection.execute(query.order_by(c.id))]


def current_names(connection: Connection) -> Callable[[int, str], str]:
    """A function that gives the current name of the label in a decision: by the decision's id and the stored label."""
    renamed, given = label_renames(connection), labels_as_given(connection)
    return lambda decision, label: current_label(given.get(decision, label), renamed, decision=decision)


def store_label_rename(
    connection: Connection, rename: LabelRename, *, why: str, at: str, undoes: int | None = None
) -> None:
    """Store a rename, which applies to decisions up to its `last_decision`, or that the rename `undoes` is undone."""
    frozen = select(func.count()).where(artifact.c.kind == "release").scalar_subquery()
    values = {**asdict(rename), "why": why, "at": at, "undoes": undoes, "releases": frozen}
    connection.execute(label_rename.insert().values(**values))


def labels_as_given(connection: Connection) -> dict[int, str]:
    """The label that a file gave in each decision that was stored under a new name because of a rename undone since."""
    undo, undone = label_rename.alias(), label_rename
    if connection.execute(select(func.count(undo.c.undoes))).scalar_one() == 0:
        return {}
    query = (
        select(decision.c.id, undone.c.old)
        .select_from(undo)
        .join(undone, undone.c.id == undo.c.undoes)
        .join(decision, (decision.c.value == undone.c.new) & (decision.c.actor == Actor.FILE))
        .join(
            occurrence,
            (occurrence.c.source_id == decision.c.source_id)
            & (occurrence.c.record_id == decision.c.record_id)
            & (decision.c.why == literal("row ") + cast(occurrence.c.row, Text)),
        )
        .where(
            decision.c.id > undone.c.last_decision,
            decision.c.id <= undo.c.last_decision,
            occurrence.c.given_label == undone.c.old,
        )
    )
    return dict(connection.execute(query).tuples().all())
