"""The tables of pushes, queue datasets and queue items: what was pushed where, and what is pending."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.core.vocabulary import DatasetKind
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.responses import submitted_annotators
from winnow.curation.store.tables import push, queue_dataset, queue_item


class DatasetVariant(NamedTuple):
    """Identifies a dataset of a queue: Argilla sets responses per record by dataset, and access by workspace."""

    assignee: str | None = None
    """The only annotator who sees it; None for all annotators."""
    overlap: int = 1
    """Annotators who respond to each record."""
    kind: DatasetKind = DatasetKind.OPEN


RECORDS_PER_STATEMENT = 500
"""Records that one statement names."""


@dataclass(frozen=True)
class QueueDataset:
    """One Argilla dataset of a queue."""

    name: str
    queue: str
    assignee: str | None
    overlap: int
    """Annotators who respond to each record."""
    kind: DatasetKind
    options: tuple[str, ...]
    """Values of the label question, sorted."""
    server_id: str | None
    """Argilla's id; None until the dataset is created there."""
    responses_read_until: str | None
    """Time of the last imported response, by Argilla's clock."""
    closed_at: str | None
    """UTC, ISO 8601: when it was replaced because the labels had changed; records that nobody had started moved to a
    newer dataset. None: it is open."""

    @property
    def closed(self) -> bool:
        """Whether it was replaced."""
        return self.closed_at is not None

    @property
    def variant(self) -> DatasetVariant:
        """Assignee, overlap and kind."""
        return DatasetVariant(self.assignee, self.overlap, self.kind)


@dataclass(frozen=True)
class QueueItem:
    """A record in a queue dataset."""

    dataset: str
    record_id: str
    queue: str
    label_at_push: str | None
    """Its label when it was pushed."""
    suggestion: str | None
    score: float | None
    agent: str | None
    hidden_suggestion: str | None
    """The suggestion of the model, when it is hidden from annotators."""
    delivered: bool
    withdrawn: bool
    quoted_ids: tuple[str, ...]
    """Records whose texts its copy in Argilla may quote, in any order."""


def queue_datasets(connection: Connection, queue: str | None = None) -> list[QueueDataset]:
    """The datasets of one queue, or of all, oldest first."""
    columns = queue_dataset.c
    query = select(queue_dataset).order_by(columns.at, columns.name)
    if queue:
        query = query.where(columns.queue == queue)
    return [
        QueueDataset(
            name=row.name,
            queue=row.queue,
            assignee=row.assignee,
            overlap=row.overlap,
            kind=DatasetKind(row.kind),
            options=tuple(json.loads(row.options)),
            server_id=row.server_id,
            responses_read_until=row.responses_read_until,
            closed_at=row.closed_at,
        )
        for row in connection.execute(query)
    ]


def queue_items(connection: Connection, queue: str | None = None) -> list[QueueItem]:
    """The items of one queue, or of all, in the order in which they were pushed."""
    columns = queue_item.c
    query = select(queue_item).order_by(columns.push_id, columns.record_id)
    if queue:
        query = query.where(columns.queue == queue)
    return [
        QueueItem(
            row.dataset,
            row.record_id,
            row.queue,
            row.label_at_push,
            row.suggestion,
            row.score,
            row.agent,
            row.hidden_suggestion,
            row.delivered_at is not None,
            row.withdrawn_at is not None,
            tuple(json.loads(row.quoted_ids)),
        )
        for row in connection.execute(query)
    ]


@dataclass(frozen=True)
class PendingWork:
    """Records and responses that the queues still need."""

    records: dict[str, int]
    """By queue: records with fewer responses than their dataset needs."""
    responses: int
    """Responses that are still missing."""
    missing: Mapping[str, int] = field(default_factory=dict)
    """The same by record."""


def pending_work(connection: Connection) -> PendingWork:
    """Count what is pending, as of the last pull."""
    overlap = {one.name: one.overlap for one in queue_datasets(connection)}
    given = submitted_annotators(connection)
    forgotten_records = forgotten_ids(connection)
    records: Counter[str] = Counter()
    missing_by_record: Counter[str] = Counter()
    for item in queue_items(connection):
        if item.withdrawn or item.record_id in forgotten_records:
            continue
        missing = overlap[item.dataset] - len(given.get((item.dataset, item.record_id), ()))
        if missing > 0:
            records[item.queue] += 1
            missing_by_record[item.record_id] += missing
    return PendingWork(dict(records), missing_by_record.total(), missing_by_record)


def argilla_copies(connection: Connection, records: Set[str]) -> list[tuple[str, str, str]]:
    """Copies of these records in Argilla, and items that quote one: dataset, its id on the server, record.

    An item whose delivery was not confirmed counts as well, until it is withdrawn: a push that was interrupted may have
    sent it.
    """
    columns = queue_item.c
    sent = columns.delivered_at.is_not(None) | columns.withdrawn_at.is_(None) | (columns.quoted_ids != "[]")
    query = (
        select(columns.dataset, queue_dataset.c.server_id, columns.record_id, columns.quoted_ids)
        .join(queue_dataset, queue_dataset.c.name == columns.dataset)
        .where(sent, queue_dataset.c.server_id.is_not(None))
    )
    return [
        (name, server_id, record)
        for name, server_id, record, quoted_ids in connection.execute(query)
        if record in records or not records.isdisjoint(json.loads(quoted_ids))
    ]


def refused_lots_pushed_at(connection: Connection, queue: str) -> str:
    """When refused lots were last pushed for full review; empty if never."""
    columns = push.c
    asked = select(func.max(columns.at)).where(
        columns.queue == queue, func.json_extract(columns.settings, "$.include_refused")
    )
    return str(connection.execute(asked).scalar() or "")


class PushedLabels(NamedTuple):
    """The label definitions that a push showed to annotators."""

    at: str
    """UTC, ISO 8601."""
    labels: list[dict[str, Any]]


def last_push_with_other_labels(connection: Connection, queue: str, labels: str) -> PushedLabels | None:
    """The label definitions of the last push of a queue with definitions other than these."""
    columns = push.c
    other = select(columns.at, columns.labels).where(columns.queue == queue, columns.labels != labels)
    row = connection.execute(other.order_by(columns.id.desc()).limit(1)).first()
    return PushedLabels(row.at, json.loads(row.labels)) if row else None


def insert_push(connection: Connection, queue: str, settings: Mapping[str, Any], labels: str, at: str) -> int:
    """Store a push with its settings and label definitions (as JSON); returns its id."""
    values = {"queue": queue, "settings": json.dumps(settings), "labels": labels, "at": at}
    key = connection.execute(push.insert().values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])


def insert_dataset(
    connection: Connection, name: str, queue: str, variant: DatasetVariant, options: Sequence[str]
) -> None:
    """Store a dataset that is about to be created in Argilla."""
    values = {"name": name, "queue": queue, "at": utc_now(), "options": json.dumps(list(options))}
    variant_values = {"assignee": variant.assignee, "overlap": variant.overlap, "kind": variant.kind}
    connection.execute(queue_dataset.insert().values(**values, **variant_values))


def update_dataset(connection: Connection, name: str, **values: Any) -> None:
    """Update columns of a dataset."""
    connection.execute(update(queue_dataset).where(queue_dataset.c.name == name).values(**values))


def mark_delivered(connection: Connection, dataset: str, records: Sequence[str], *, at: str) -> None:
    """Mark records as delivered to Argilla."""
    _update_items(connection, dataset, records, delivered_at=at)


def mark_undelivered(connection: Connection, dataset: str, records: Sequence[str]) -> None:
    """Mark records as no longer in Argilla: those that are not withdrawn have to be sent again."""
    _update_items(connection, dataset, records, delivered_at=None, quoted_ids="[]")


def add_quoted_ids(connection: Connection, dataset: str, quoted: Mapping[str, Iterable[str]]) -> None:
    """Store which further records the copies of these records in Argilla may quote."""
    columns, records = queue_item.c, list(quoted)
    one = update(queue_item).where(columns.dataset == dataset, columns.record_id == bindparam("record"))
    for start in range(0, len(records), RECORDS_PER_STATEMENT):
        own = columns.record_id.in_(records[start : start + RECORDS_PER_STATEMENT])
        known = connection.execute(select(columns.record_id, columns.quoted_ids).where(columns.dataset == dataset, own))
        rows = [
            {"record": record, "quoted": json.dumps(sorted({*json.loads(ids), *quoted[record]}))}
            for record, ids in known.tuples()
        ]
        if rows:
            connection.execute(one.values(quoted_ids=bindparam("quoted")), rows)


def withdraw_items(connection: Connection, dataset: str, records: Sequence[str]) -> None:
    """Mark records as withdrawn from a dataset."""
    _update_items(connection, dataset, records, withdrawn_at=utc_now())


def _update_items(connection: Connection, dataset: str, records: Sequence[str], **values: Any) -> None:
    columns = queue_item.c
    for start in range(0, len(records), RECORDS_PER_STATEMENT):
        part = records[start : start + RECORDS_PER_STATEMENT]
        connection.execute(
            update(queue_item).where(columns.dataset == dataset, columns.record_id.in_(part)).values(**values)
        )


def upsert_items(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Store queue items; a withdrawn record may return to its dataset, where an earlier copy may still quote others."""
    new = insert(queue_item)
    kept = ("dataset", "record_id", "quoted_ids")
    changed = {column.name: new.excluded[column.name] for column in queue_item.columns if column.name not in kept}
    connection.execute(new.on_conflict_do_update(index_elements=["dataset", "record_id"], set_=changed), rows)


def copy_items(connection: Connection, items: Sequence[QueueItem], dataset: str) -> None:
    """Copy queue items to another dataset, undelivered and without suggestions."""
    keys = {(item.dataset, item.record_id) for item in items}
    emptied = dict.fromkeys(("delivered_at", "withdrawn_at", "suggestion", "score", "hidden_suggestion"))
    stored = connection.execute(select(queue_item).where(queue_item.c.dataset.in_({item.dataset for item in items})))
    rows = [
        {**row._mapping, **emptied, "dataset": dataset, "quoted_ids": "[]"}
        for row in stored
        if (row.dataset, row.record_id) in keys
    ]
    if rows:
        upsert_items(connection, rows)
