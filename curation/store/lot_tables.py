"""The tables of lots, their members and verdicts."""

from __future__ import annotations

import json

from sqlalchemy import Connection, func, select

from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.annotations.votes import HUMAN_ACTORS as ACTORS
from winnow.curation.store import tables
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.tables import lot_member, lot_verdict, occurrence

Producer = tuple[str, str, str]
"""Generator, prompt version and model."""


NO_LABEL = ""
"""Stands for the proposed label of a record that was given none."""


def proposed_labels(connection: Connection) -> dict[str, tuple[Producer, str]]:
    """Who made each synthetic record and what that batch proposed: of several batches the first that showed it."""
    batch, decision = tables.batch.c, tables.decision.c
    query = (
        select(occurrence.c.record_id, occurrence.c.source_id, batch.generator, batch.prompt_version, batch.model)
        .join(tables.source, tables.source.c.id == occurrence.c.source_id)
        .join(tables.batch, batch.id == tables.source.c.batch_id)
        .where(tables.source.c.retracted_at.is_(None))
        .order_by(occurrence.c.id)
    )
    renamed = label_renames(connection)
    labels_proposed = {
        (record, source): current_label(value, renamed, decision=number)
        for number, record, source, value in connection.execute(
            select(decision.id, decision.record_id, decision.source_id, decision.value)
            .join(tables.source, tables.source.c.id == decision.source_id)
            .where(tables.source.c.batch_id.is_not(None), decision.kind == "label")
            .order_by(decision.id.desc())
        )
    }
    found: dict[str, tuple[Producer, str]] = {}
    for record, source, *producer in connection.execute(query):
        made = (producer[0], producer[1], producer[2])
        found.setdefault(record, (made, labels_proposed.get((record, source), NO_LABEL)))
    return found


def first_human_decisions(connection: Connection) -> dict[str, str]:
    """When people first spoke of each record."""
    columns = tables.decision.c
    spoken = select(columns.record_id, func.min(columns.at)).where(columns.actor.in_(ACTORS))
    return {record: str(at) for record, at in connection.execute(spoken.group_by(columns.record_id))}


def removal_times(connection: Connection) -> dict[str, str]:
    """When records were forgotten, or the last source that showed them was retracted; others may be among them."""
    last = select(occurrence.c.record_id, func.max(tables.source.c.retracted_at)).join(tables.source)
    retracted = connection.execute(
        last.where(tables.source.c.retracted_at.is_not(None)).group_by(occurrence.c.record_id)
    )
    forgotten = connection.execute(select(tables.forgotten.c.record_id, tables.forgotten.c.at))
    return {record: str(at) for record, at in (*retracted, *forgotten)}


def labels_decided_by_lots(connection: Connection) -> dict[str, str | None]:
    """Records that a lot's ruling decides where people do not: the label that it accepts, None where it refuses."""
    renamed = label_renames(connection)
    since = {
        row.id: row.last_decision for row in connection.execute(select(tables.lot.c.id, tables.lot.c.last_decision))
    }
    latest: dict[str, tuple[str, set[str]]] = {}
    for row in connection.execute(select(lot_verdict).order_by(lot_verdict.c.id)):
        latest[row.lot_id] = row.verdict, set(json.loads(row.detail)["fully_inspected_labels"])
    if not latest:
        return {}
    columns = lot_member.c
    found: dict[str, str | None] = {}
    for record, lot, proposed in connection.execute(select(columns.record_id, columns.lot_id, columns.proposed)):
        verdict, fully_inspected_labels = latest.get(lot, ("", set()))
        if verdict == "accepted" and proposed not in (NO_LABEL, *fully_inspected_labels):
            found[record] = current_label(proposed, renamed, decision=since[lot])
        elif verdict == "refused":
            found[record] = None
    return found
