"""Store which source contains which record in which row, and the label that the file gives it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from winnow.core.vocabulary import DecidedBy
from winnow.curation.ingest.screen import KeptRow
from winnow.curation.store.database import Connection
from winnow.curation.store.decisions import insert_decisions
from winnow.curation.store.occurrences import insert_occurrences, rows_of_sources


def store_occurrences(connection: Connection, pairs: Sequence[tuple[str, KeptRow]], now: str) -> None:
    """Store each row as an occurrence, and its label as a decision of the file.

    A row that a release has unchanged is stored as often as the release says that the record occurred; the repetitions
    have numbers after the last row. Any other row counts once, whatever weight it states.
    Rows that the source already contained make no new decision, even if their label was renamed since. Rows in which
    several people answered the same text are one time that it occurred.
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
        for source, row in without_further_answers(connection, pairs)
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


def without_further_answers(
    connection: Connection, pairs: Sequence[tuple[str, KeptRow]]
) -> Iterator[tuple[str, KeptRow]]:
    """The rows without those that only show what somebody else answered to a text of the same source.

    A text occurs as often as one person answered it, or as it has rows that name nobody.
    """
    given = {(source, row.number) for source, row in pairs}
    stored = rows_of_sources(connection, {source for source, row in pairs if row.answers})
    shown = Counter((source, record) for (source, number), record in stored.items() if (source, number) not in given)
    by_person: Counter[tuple[str, str, str]] = Counter()
    for source, row in pairs:
        people = ",".join(sorted(one.who for one in row.answers))
        by_person[source, row.record_id, people] += 1
        if by_person[source, row.record_id, people] > shown[source, row.record_id]:
            shown[source, row.record_id] += 1
            yield source, row


def records_with_several_labels(pairs: Iterable[tuple[str, KeptRow]]) -> set[str]:
    """The records to which rows of files give several labels; answers of people are not labels of a file."""
    labels: dict[str, set[str]] = defaultdict(set)
    for _, row in pairs:
        if row.label is not None and not is_decided(row):
            labels[row.record_id].add(row.label)
    return {record for record, given in labels.items() if len(given) > 1}
