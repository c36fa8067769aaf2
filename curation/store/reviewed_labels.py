"""Records whose label a person decided after it was suspected: they are not suspected again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from winnow.core.vocabulary import DecisionKind
from winnow.curation.store.label_renames import current_names
from winnow.curation.store.queue_items import queue_items
from winnow.curation.store.responses import submitted_annotators
from winnow.curation.store.sources import LABELS_BY
from winnow.curation.store.tables import decision, source

RELABEL = "relabel"
"""The queue of suspected label errors."""


def reviewed_labels(connection: Connection) -> dict[str, set[str]]:
    """The labels that people gave suspected records, by record: in tables that came back, and in the queue relabel."""
    tables = select(source.c.id).where(source.c.retracted_at.is_(None), source.c.settings.contains(f'"{LABELS_BY}"'))
    in_tables = decision.c.source_id.in_(tables)
    asked = _asked_again(connection)
    columns, name_of = decision.c, current_names(connection)
    query = select(columns.id, columns.record_id, columns.who, columns.value, in_tables.label("in_table"))
    found: dict[str, set[str]] = {}
    if not asked and not connection.execute(tables.limit(1)).first():
        return found
    for row in connection.execute(query.where(columns.kind == DecisionKind.LABEL)):
        if row.in_table or row.who in asked.get(row.record_id, ()):
            found.setdefault(row.record_id, set()).add(name_of(row.id, row.value))
    return found


def _asked_again(connection: Connection) -> Mapping[str, set[str]]:
    """Who answered in the queue relabel, by record."""
    items = {(one.dataset, one.record_id) for one in queue_items(connection) if one.queue == RELABEL}
    if not items:
        return {}
    submitted = submitted_annotators(connection)
    return {record: submitted[dataset, record] for dataset, record in items if submitted.get((dataset, record))}
