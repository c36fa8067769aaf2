"""The tables of lots, their members and verdicts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert

from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.annotations.votes import HUMAN_ACTORS
from winnow.curation.store import tables
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.label_renames import current_names, label_renames
from winnow.curation.store.machine_written import Producer, machine_written
from winnow.curation.store.tables import lot_member, lot_verdict, occurrence

NO_LABEL = ""
"""The proposed label of a record without a label in its batch."""


class LotRow(NamedTuple):
    """A lot as it was drawn."""

    id: str
    producer: Producer
    number: int
    """Sequence number among the lots of its producer, from 1."""
    settings: str
    """The review settings at the time it was drawn, as JSON."""
    last_decision: int
    """The newest decision at the time it was drawn; it determines which label names applied to its members."""


class VerdictRow(NamedTuple):
    """The latest recorded verdict of a lot."""

    verdict: str
    """`accepted`, `refused` or `fully_reviewed`."""
    at: str
    detail: Mapping[str, Any]


def lot_rows(connection: Connection) -> list[LotRow]:
    """All lots, oldest first."""
    rows = connection.execute(select(tables.lot).order_by(tables.lot.c.at, tables.lot.c.id))
    return [
        LotRow(row.id, (row.generator, row.prompt_version, row.model), row.number, row.settings, row.last_decision)
        for row in rows
    ]


def lot_members(connection: Connection) -> dict[str, list[tuple[str, str]]]:
    """The records of each lot in their random order, each with its proposed label."""
    columns = lot_member.c
    query = select(columns.lot_id, columns.record_id, columns.proposed).order_by(columns.lot_id, columns.position)
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for lot, record, proposed in connection.execute(query):
        found[lot].append((record, proposed))
    return found


def latest_verdicts(connection: Connection) -> dict[str, VerdictRow]:
    """The latest verdict of each lot that has one."""
    rows = connection.execute(select(lot_verdict).order_by(lot_verdict.c.id))
    return {row.lot_id: VerdictRow(row.verdict, row.at, json.loads(row.detail)) for row in rows}


def records_in_lots(connection: Connection) -> set[str]:
    """Every record that is in a lot of generated records."""
    return set(connection.execute(select(lot_member.c.record_id).where(lot_member.c.proposal_id.is_(None))).scalars())


def lots_of_proposals(connection: Connection) -> set[str]:
    """Ids of the lots whose labels a model proposed for records that it did not write."""
    query = select(lot_member.c.lot_id).where(lot_member.c.proposal_id.is_not(None)).distinct()
    return set(connection.execute(query).scalars())


def count_lots(connection: Connection, producer: Producer) -> int:
    """The number of lots of a producer."""
    columns = tables.lot.c
    same = (columns.generator == producer[0], columns.prompt_version == producer[1], columns.model == producer[2])
    return int(connection.execute(select(func.count()).select_from(tables.lot).where(*same)).scalar_one())


def insert_lot(
    connection: Connection,
    lot: LotRow,
    members: Iterable[tuple[str, str]],
    *,
    proposals: Mapping[str, int] = MappingProxyType({}),
    at: str,
) -> None:
    """Store a lot and its members: records with their proposed labels, in random order.

    `proposals` has the proposal of each record in a lot of proposed labels.
    """
    generator, prompt_version, model = lot.producer
    producer = {"generator": generator, "prompt_version": prompt_version, "model": model}
    values = {"number": lot.number, "settings": lot.settings, "last_decision": lot.last_decision, "at": at}
    connection.execute(insert(tables.lot).values(id=lot.id, **producer, **values))
    rows = [
        {
            "record_id": record,
            "lot_id": lot.id,
            "position": position,
            "proposed": proposed,
            "proposal_id": proposals.get(record),
        }
        for position, (record, proposed) in enumerate(members)
    ]
    connection.execute(insert(lot_member), rows)


def insert_verdict(connection: Connection, lot: str, verdict: str, detail: Mapping[str, Any], *, at: str) -> None:
    """Store a verdict, unless the lot already has it."""
    values = {"lot_id": lot, "verdict": verdict, "detail": json.dumps(detail), "at": at}
    insert_new(connection, lot_verdict, [values])


def proposed_labels(connection: Connection) -> dict[str, tuple[Producer, str]]:
    """Producer and proposed label of each synthetic record.

    They come from the first unretracted batch that contains it; for a record that no such batch contains, the producer
    is the one that wrote its text, and the label the one that a file gave first.
    """
    labels, first_labels = _labels_of_files(connection)
    found: dict[str, tuple[Producer, str]] = {}
    for record, source, producer in _live_batches(connection):
        found.setdefault(record, (producer, labels.get((record, source), NO_LABEL)))
    for record, producer in machine_written(connection).records.items():
        found.setdefault(record, (producer, first_labels.get(record, NO_LABEL)))
    return found


def _live_batches(connection: Connection) -> list[tuple[str, str, Producer]]:
    """Record, source and producer of every occurrence in an unretracted batch, in the order of adding."""
    batch = tables.batch.c
    query = (
        select(occurrence.c.record_id, occurrence.c.source_id, batch.generator, batch.prompt_version, batch.model)
        .join(tables.source, tables.source.c.id == occurrence.c.source_id)
        .join(tables.batch, batch.id == tables.source.c.batch_id)
        .where(tables.source.c.retracted_at.is_(None))
        .order_by(occurrence.c.id)
    )
    return [(record, source, (made[0], made[1], made[2])) for record, source, *made in connection.execute(query)]


def _labels_of_files(connection: Connection) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """The first label that each source gave a record, and the first that any gave it, under their current names."""
    current_name, decision = current_names(connection), tables.decision.c
    query = (
        select(decision.id, decision.record_id, decision.source_id, decision.value)
        .where(decision.source_id.is_not(None), decision.kind == "label")
        .order_by(decision.id)
    )
    by_source: dict[tuple[str, str], str] = {}
    first: dict[str, str] = {}
    for number, record, source, value in connection.execute(query):
        label = current_name(number, value)
        by_source.setdefault((record, source), label)
        first.setdefault(record, label)
    return by_source, first


def first_human_decisions(connection: Connection) -> dict[str, str]:
    """When a person first decided about each record."""
    columns = tables.decision.c
    first = select(columns.record_id, func.min(columns.at)).where(columns.actor.in_(HUMAN_ACTORS))
    return {record: str(at) for record, at in connection.execute(first.group_by(columns.record_id))}


def removal_times(connection: Connection) -> dict[str, str]:
    """When records were forgotten, or a source that contains them was last retracted (other sources may remain)."""
    last = select(occurrence.c.record_id, func.max(tables.source.c.retracted_at)).join(tables.source)
    retracted = connection.execute(
        last.where(tables.source.c.retracted_at.is_not(None)).group_by(occurrence.c.record_id)
    )
    forgotten = connection.execute(select(tables.forgotten.c.record_id, tables.forgotten.c.at))
    return {record: str(at) for record, at in (*retracted, *forgotten)}


def labels_decided_by_lots(connection: Connection) -> dict[str, str | None]:
    """Generated records decided by a lot's verdict, unless people decide: the accepted label; None in a refused lot."""
    renamed = label_renames(connection)
    drawn_at = {lot.id: lot.last_decision for lot in lot_rows(connection)}
    latest = {
        lot: (row.verdict, set(row.detail["fully_inspected_labels"]))
        for lot, row in latest_verdicts(connection).items()
    }
    if not latest:
        return {}
    columns = lot_member.c
    found: dict[str, str | None] = {}
    members = select(columns.record_id, columns.lot_id, columns.proposed).where(columns.proposal_id.is_(None))
    for record, lot, proposed in connection.execute(members):
        verdict, fully_inspected_labels = latest.get(lot, ("", set()))
        if verdict == "accepted" and proposed not in (NO_LABEL, *fully_inspected_labels):
            found[record] = current_label(proposed, renamed, decision=drawn_at[lot])
        elif verdict == "refused":
            found[record] = None
    return found
