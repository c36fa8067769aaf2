"""Which record stands in which queue and dataset: what was pushed, what was answered, what waits."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, update

from curation.clock import now
from curation.queues.questions import Kind, Queue
from curation.store import tables as t


class Sort(NamedTuple):
    """Which dataset of a queue: Argilla sets readers per dataset, and who sees it by workspace."""

    assignee: str | None = None
    overlap: int = 1
    kind: Kind = "open"

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
    queue: Queue
    assignee: str | None
    overlap: int
    """People who answer each record."""
    kind: Kind
    options: tuple[str, ...]
    server_id: str | None
    seen_until: str | None
    """The server's time of the last answer that was read."""
    closed: bool
    """Other labels came: the records that wait moved on to a newer dataset."""

    @property
    def sort(self) -> Sort:
        """Which dataset of its queue it is."""
        return Sort(self.assignee, self.overlap, self.kind)


@dataclass(frozen=True)
class Place:
    """A record in a dataset."""

    dataset: str
    record_id: str
    queue: str
    label_then: str | None
    """The label that it had when it was pushed."""
    suggestion: str | None
    score: float | None
    agent: str | None
    withheld: str | None
    """What a model would have suggested to those who are asked blind."""
    delivered: bool
    withdrawn: bool


def datasets(connection: Connection, queue: str | None = None) -> list[QueueDataset]:
    """The datasets of a queue, or of all, in the order in which they were made."""
    columns = t.queue_dataset.c
    query = select(t.queue_dataset).order_by(columns.at, columns.name)
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
            seen_until=row.seen_until,
            closed=row.closed_at is not None,
        )
        for row in connection.execute(query)
    ]


def places(connection: Connection, queue: str | None = None) -> list[Place]:
    """Every record that was pushed, in the order of pushing."""
    columns = t.queued.c
    query = select(t.queued).order_by(columns.push_id, columns.record_id)
    if queue:
        query = query.where(columns.queue == queue)
    return [
        Place(
            row.dataset,
            row.record_id,
            row.queue,
            row.label_then,
            row.suggestion,
            row.score,
            row.agent,
            row.withheld,
            row.delivered_at is not None,
            row.withdrawn_at is not None,
        )
        for row in connection.execute(query)
    ]


def answered(connection: Connection) -> dict[tuple[str, str], set[str]]:
    """Who has submitted an answer, by dataset and record, as each one's latest answer says."""
    columns = t.answer.c
    query = select(columns.dataset, columns.record_id, columns.who, columns.status).order_by(
        columns.answered_at, columns.id
    )
    latest: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for dataset, record, who, status in connection.execute(query):
        latest[dataset, record][who] = status
    return {key: {who for who, status in by.items() if status == "submitted"} for key, by in latest.items()}


def met(connection: Connection) -> dict[tuple[str, str], int]:
    """How many people have answered or discarded, by dataset and record."""
    columns = t.answer.c
    query = select(columns.dataset, columns.record_id, func.count(func.distinct(columns.who)))
    counted = connection.execute(query.group_by(columns.dataset, columns.record_id))
    return {(dataset, record): count for dataset, record, count in counted}


def comments(connection: Connection) -> dict[tuple[str, str], str]:
    """What people wrote beside their latest answer, by record and person."""
    columns = t.answer.c
    query = select(columns.record_id, columns.who, columns.content).order_by(columns.answered_at, columns.id)
    said = {(record, who): json.loads(content).get("comment") for record, who, content in connection.execute(query)}
    return {key: " ".join(str(comment).split()) for key, comment in said.items() if comment}


@dataclass(frozen=True)
class Waiting:
    """What is left to do in the queues."""

    records: dict[str, int]
    """By queue: records with fewer answers than their dataset asks for."""
    answers: int
    """Answers that are still to be given."""


def waiting(connection: Connection) -> Waiting:
    """Count what is left, as far as answers have been pulled."""
    overlap = {one.name: one.overlap for one in datasets(connection) if not one.closed}
    given = answered(connection)
    gone = set(connection.execute(select(t.forgotten.c.record_id)).scalars())
    records: Counter[str] = Counter()
    left = 0
    for place in places(connection):
        if place.withdrawn or place.record_id in gone or place.dataset not in overlap:
            continue
        missing = overlap[place.dataset] - len(given.get((place.dataset, place.record_id), ()))
        if missing > 0:
            records[place.queue] += 1
            left += missing
    return Waiting(dict(records), left)


def held(connection: Connection, records: Set[str]) -> list[tuple[str, str, str]]:
    """Where Argilla holds any of these records, or quotes one: dataset, its id on the server, record."""
    columns = t.queued.c
    query = (
        select(columns.dataset, t.queue_dataset.c.server_id, columns.record_id, columns.quotes)
        .join(t.queue_dataset, t.queue_dataset.c.name == columns.dataset)
        .where(columns.delivered_at.is_not(None), t.queue_dataset.c.server_id.is_not(None))
    )
    return [
        (name, server_id, record)
        for name, server_id, record, quotes in connection.execute(query)
        if record in records or (quotes != "[]" and not records.isdisjoint(json.loads(quotes)))
    ]


def rescued_at(connection: Connection) -> str:
    """When refused lots were last pushed to be read whole; empty for never."""
    columns = t.push.c
    asked = select(func.max(columns.at)).where(
        columns.queue == "review", func.json_extract(columns.settings, "$.whole")
    )
    return str(connection.execute(asked).scalar() or "")


def push_with_other_labels(connection: Connection, queue: str, labels: str) -> tuple[str, list[dict[str, Any]]] | None:
    """When a queue was last pushed with other labels than these, and with which."""
    columns = t.push.c
    other = select(columns.at, columns.labels).where(columns.queue == queue, columns.labels != labels)
    row = connection.execute(other.order_by(columns.id.desc()).limit(1)).first()
    return (row.at, json.loads(row.labels)) if row else None


def enter_dataset(connection: Connection, name: str, queue: str, sort: Sort, options: Sequence[str]) -> None:
    """Enter a dataset that is about to be made."""
    values = {"name": name, "queue": queue, "at": now(), "options": json.dumps(list(options))}
    told = {"assignee": sort.assignee, "overlap": sort.overlap, "kind": sort.kind}
    connection.execute(t.queue_dataset.insert().values(**values, **told))


def set_dataset(connection: Connection, name: str, **values: Any) -> None:
    """Note something about a dataset."""
    connection.execute(update(t.queue_dataset).where(t.queue_dataset.c.name == name).values(**values))


def mark_delivered(connection: Connection, dataset: str, records: Iterable[str], *, at: str | None) -> None:
    """Note which records have arrived at the server; `at` None: they have to be sent again."""
    _set(connection, dataset, list(records), delivered_at=at)


def withdraw(connection: Connection, dataset: str, records: Sequence[str]) -> None:
    """Note that records have their place elsewhere now."""
    _set(connection, dataset, records, withdrawn_at=now())


def _set(connection: Connection, dataset: str, records: Sequence[str], **values: Any) -> None:
    columns = t.queued.c
    for start in range(0, len(records), 500):
        part = records[start : start + 500]
        connection.execute(
            update(t.queued).where(columns.dataset == dataset, columns.record_id.in_(part)).values(**values)
        )
