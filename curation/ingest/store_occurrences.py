"""Store which source showed which record in which row, and the label each file gives it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from winnow.curation.ingest.screen import KeptRow
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.tables import decision, occurrence


def store_occurrences(connection: Connection, pairs: Sequence[tuple[str, KeptRow]], now: str) -> None:
    """Store who showed what in which row, and the label that each file decides for."""
    occurrences = [
        {
            "record_id": row.record_id,
            "source_id": source,
            "row": row.number,
            "given_label": row.given_label,
            "given_split": row.split,
            "session": row.session,
            "time": row.time,
        }
        for source, row in pairs
    ]
    known = _known_rows(connection, {source for source, _ in pairs})
    insert_new(connection, occurrence, occurrences)
    decisions = {
        (row.record_id, source, row.label): {
            "record_id": row.record_id,
            "actor": "file",
            "who": f"file:{source}",
            "kind": "label",
            "value": row.label,
            "why": f"row {row.number}",
            "at": now,
            "source_id": source,
        }
        for source, row in reversed(pairs)
        if row.label is not None and (source, row.number) not in known
    }
    insert_new(connection, decision, list(reversed(decisions.values())))


def _known_rows(connection: Connection, sources: set[str]) -> set[tuple[str, int]]:
    """Rows that a source has shown before: what they decide is decided, also if their label was renamed since."""
    query = select(occurrence.c.source_id, occurrence.c.row).where(occurrence.c.source_id.in_(sources))
    return {(source, row) for source, row in connection.execute(query)}
