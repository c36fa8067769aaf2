"""Store which source contains which record in which row, and the label that the file gives it."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.vocabulary import DecidedBy
from winnow.curation.ingest.screen import KeptRow
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import insert_decisions
from winnow.curation.store.occurrences import insert_occurrences, rows_of_sources


def store_occurrences(connection: Connection, pairs: Sequence[tuple[str, KeptRow]], now: str) -> None:
    """Store each row as an occurrence, and its label as a decision of the file.

    A row that a release has unchanged is stored as often as the release says that the record occurred; the repetitions
    have numbers after the last row. Any other row counts once, whatever weight it states.
    Rows that the source already contained make no new decision, even if their label was renamed since.
    """
    last_row: dict[str, int] = {}
    for source, row in pairs:
        last_row[source] = max(row.number, last_row.get(source, 0))
    occurrences = [
        {
            "record_id": row.record_id,
            "source_id": source,
            "row": row.number + repeat * last_row[source],
            "given_label": row.given_label,
            "given_split": row.split,
            "session": row.session,
            "time": row.time,
        }
        for source, row in pairs
        for repeat in range(row.frozen.weight if row.frozen and row.verified else 1)
    ]
    known = rows_of_sources(connection, {source for source, _ in pairs})
    insert_occurrences(connection, occurrences)
    decisions = {
        (row.record_id, source, row.label): {
            "record_id": row.record_id,
            "actor": "file",
            "who": f"file:{source}",
            "kind": "label",
            "value": row.label,
            "turn": 0,
            "why": f"row {row.number}",
            "at": now,
            "source_id": source,
        }
        for source, row in reversed(pairs)
        if row.label is not None and (source, row.number) not in known and not is_decided(row)
    }
    insert_decisions(connection, list(reversed(decisions.values())))


def is_decided(row: KeptRow) -> bool:
    """Whether a release states that people or a lot decided the label."""
    return row.frozen is not None and row.verified and row.frozen.decided_by != DecidedBy.FILE
