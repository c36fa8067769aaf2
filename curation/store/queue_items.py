"""The tables of pushes, queue datasets and queue items: what was pushed where, and what is pending."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from winnow.core.clock import utc_now
from winnow.curation.labeling.queues.definition import DatasetKind, QueueName
from winnow.curation.store.responses import submitted_annotators
from winnow.curation.store.tables import forgotten, push, queue_dataset, queue_item


class DatasetVariant(NamedTuple):
    """Which dataset of a queue: Argilla sets readers per dataset, and who sees it by workspace."""

    assignee: str | None = None
    overlap: int = 1
    kind: DatasetKind = "open"

    def name(self, queue: str) -> str:
        """What the dataset is called."""
        if self.assignee:
            return f"{queue}-for-{self.assignee}"
        if self.kind != "open":
            return f"{queue}-{self.kind}"
        return queue if self.overlap == 1 else f"{queue}-second-look"


@dataclass(frozen=True)
class QueueDataset:
    """One Argilla dataset of a queue."""

    name: str
    queue: QueueName
    assignee: str | None
    overlap: int
    """People who answer each record."""
    kind: DatasetKind
    options: tuple[str, ...]
    server_id: str | None
    responses_read_until: str | None
    """The server's time of the last answer that was read."""
    closed: bool
    """Other labels came: the records that wait moved on to a newer dataset."""

    @property
    def variant(self) -> DatasetVariant:
        """Which dataset of its queue it is."""
        return DatasetVariant(self.assignee, self.overlap, self.kind)


@dataclass(frozen=True)
class QueueItem:
    """A record in a dataset."""

    dataset: str
    record_id: str
    queue: str
    label_at_push: str | None
    """The label that it had when it was pushed."""
    suggestion: str | None
    score: float | None
    agent: str | None
    hidden_suggestion: str | None
    """What a model would have suggested to those who are asked blind."""
    delivered: bool
    withdrawn: bool


def queue_datasets(connection: Connection, queue: str | None = None) -> list[QueueDataset]:
    """The datasets of a queue, or of all, in the order in which they were made."""
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
            kind=row.kind,
            options=tuple(json.loads(row.options)),
            server_id=row.server_id,
            responses_read_until=row.responses_read_until,
            closed=row.closed_at is not None,
        )
        for row in connection.execute(query)
    ]


def queue_items(connection: Connection, queue: str | None = None) -> list[QueueItem]:
    """Every record that was pushed, in the order of pushing."""
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
        )
        for row in connection.execute(query)
    ]


@dataclass(frozen=True)
class PendingWork:
    """What is left to do in the queues."""

    records: dict[str, int]
    """By queue: records with fewer answers than their dataset asks for."""
    responses: int
    """Answers that are still to be given."""


def pending_work(connection: Connection) -> PendingWork:
    """Count what is left, as far as answers have been pulled."""
    overlap = {one.name: one.overlap for one in queue_datasets(connection) if not one.closed}
    given = submitted_annotators(connection)
    forgotten_records = set(connection.execute(select(forgotten.c.record_id)).scalars())
    records: Counter[str] = Counter()
    responses_left = 0
    for item in queue_items(connection):
        if item.withdrawn or item.record_id in forgotten_records or item.dataset not in overlap:
            continue
        missing = overlap[item.dataset] - len(given.get((item.dataset, item.record_id), ()))
        if missing > 0:
            records[item.queue] += 1
            responses_left += missing
    return PendingWork(dict(records), responses_left)


def argilla_copies(connection: Connection, records: Set[str]) -> list[tuple[str, str, str]]:
    """Where Argilla holds any of these records, or quotes one: dataset, its id on the server, record."""
    columns = queue_item.c
    query = (
        select(columns.dataset, queue_dataset.c.server_id, columns.record_id, columns.quoted_ids)
        .join(queue_dataset, queue_dataset.c.name == columns.dataset)
        .where(columns.delivered_at.is_not(None), queue_dataset.c.server_id.is_not(None))
    )
    return [
        (name, server_id, record)
        for name, server_id, record, quoted_ids in connection.execute(query)
        if record in records or (quoted_ids != "[]" and not records.isdisjoint(json.loads(quoted_ids)))
    ]


def refused_lots_pushed_at(connection: Connection) -> str:
    """When refused lots were last pushed to be read whole; empty for never."""
    columns = push.c
    asked = select(func.max(columns.at)).where(
        columns.queue == "review", func.json_extract(columns.settings, "$.include_refused")
    )
    return str(connection.execute(asked).scalar() or "")


def last_push_with_other_labels(
    connection: Connection, queue: str, labels: str
) -> tuple[str, list[dict[str, Any]]] | None:
    """When a queue was last pushed with other labels than these, and with which."""
    columns = push.c
    other = select(columns.at, columns.labels).where(columns.queue == queue, columns.labels != labels)
    row = connection.execute(other.order_by(columns.id.desc()).limit(1)).first()
    return (row.at, json.loads(row.labels)) if row else None


def insert_dataset(
    connection: Connection, name: str, queue: str, variant: DatasetVariant, options: Sequence[str]
) -> None:
    """Enter a dataset that is about to be made."""
    values = {"name": name, "queue": queue, "at": utc_now(), "options": json.dumps(list(options))}
    variant_values = {"assignee": variant.assignee, "overlap": variant.overlap, "kind": variant.kind}
    connection.execute(queue_dataset.insert().values(**values, **variant_values))


def update_dataset(connection: Connection, name: str, **values: Any) -> None:
    """Note something about a dataset."""
    connection.execute(update(queue_dataset).where(queue_dataset.c.name == name).values(**values))


def mark_delivered(connection: Connection, dataset: str, records: Iterable[str], *, at: str | None) -> None:
    """Note which records have arrived at the server; `at` None: they have to be sent again."""
    _update_items(connection, dataset, list(records), delivered_at=at)


def withdraw_items(connection: Connection, dataset: str, records: Sequence[str]) -> None:
    """Note that records have their place elsewhere now."""
    _update_items(connection, dataset, records, withdrawn_at=utc_now())


def _update_items(connection: Connection, dataset: str, records: Sequence[str], **values: Any) -> None:
    columns = queue_item.c
    for start in range(0, len(records), 500):
        part = records[start : start + 500]
        connection.execute(
            update(queue_item).where(columns.dataset == dataset, columns.record_id.in_(part)).values(**values)
        )


def upsert_items(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Note places; a record that once left a dataset may come back to it."""
    new = insert(queue_item)
    changed = {column.name: new.excluded[column.name] for column in queue_item.columns if not column.primary_key}
    connection.execute(new.on_conflict_do_update(index_elements=["dataset", "record_id"], set_=changed), rows)
