"""Bring responses back from Argilla as decisions, each exactly once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.core.errors import ServiceError
from winnow.curation.labeling.argilla_client import ArgillaClient
from winnow.curation.labeling.argilla_types import AnnotatorResponse
from winnow.curation.labeling.response_decision import decision_from_response
from winnow.curation.labeling.review_form import RESPONSE_FLAGS
from winnow.curation.store import tables
from winnow.curation.store.database import Store
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.queue_items import (
    QueueDataset,
    QueueItem,
    queue_datasets,
    queue_items,
    update_dataset,
    withdraw_items,
)
from winnow.curation.store.tables import flag

ReadTask = Callable[[], Task]
"""Reads the task file."""


SEARCH_LAG_SECONDS = 60.0
"""Seconds after which an answer is surely found by a search: Elasticsearch finds new ones a moment later."""


@dataclass
class ImportedResponses:
    """What a pull brought."""

    responses: int = 0
    """New or edited answers."""
    decisions: int = 0
    discarded: int = 0
    records: set[str] = field(default_factory=set)
    """Records that the answers are about."""
    by_person: Counter[str] = field(default_factory=Counter)
    """New answers by name."""
    by_queue: Counter[str] = field(default_factory=Counter)
    flagged: dict[str, list[str]] = field(default_factory=dict)
    """Records that people flagged and that had no such flag, by flag."""
    missing: list[str] = field(default_factory=list)
    """Datasets that this server does not have."""
    ignored: Counter[str] = field(default_factory=Counter)
    """Answers that decide nothing, by reason."""

    def count(self, queue: str, response: AnnotatorResponse) -> None:
        """Count one answer in."""
        self.responses += 1
        self.discarded += response.status == "discarded"
        self.records.add(response.record_id)
        self.by_person[response.who] += 1
        self.by_queue[queue] += 1


def import_responses(store: Store, task: ReadTask, client: ArgillaClient) -> ImportedResponses:
    """Read the answers of every dataset that has new ones, and decide by them, in one transaction.

    When Argilla goes away midway, what came in until then is kept and the ServiceError raised.
    """
    with store.reading() as connection:
        known = [one for one in queue_datasets(connection) if one.server_id]
    read: list[tuple[QueueDataset, AnnotatorResponse]] = []
    read_until: dict[str, str] = {}
    missing: list[str] = []
    try:
        usernames = client.usernames() if known else {}
        for dataset in known:
            if not client.dataset_exists(dataset.server_id):
                missing.append(dataset.name)
                continue
            active = client.last_activity_at(str(dataset.server_id))
            if active is None or active == dataset.responses_read_until:
                continue
            for response in client.responses(str(dataset.server_id), usernames):
                read.append((dataset, response))
            if _seconds_ago(active) > SEARCH_LAG_SECONDS:
                read_until[dataset.name] = active
    except ServiceError:
        store_responses(store, task, read, {})
        raise
    pulled = store_responses(store, task, read, read_until)
    pulled.missing = missing
    return pulled


def store_responses(
    store: Store, task: ReadTask, read: Sequence[tuple[QueueDataset, AnnotatorResponse]], read_until: Mapping[str, str]
) -> ImportedResponses:
    """Store answers, and what they decide, in the order in which they were given. Known ones change nothing.

    The task is read inside the transaction: a label may be renamed while Argilla is being read.
    """
    with store.writing() as connection:
        new_responses = _new_responses(connection, read)
        writer = _ResponseWriter(connection, task(), {response.record_id for _, response in new_responses})
        for dataset, response in new_responses:
            writer.write(dataset, response)
        for name, until in read_until.items():
            if name not in writer.unread_datasets:
                update_dataset(connection, name, responses_read_until=until)
    return writer.pulled


def _seconds_ago(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def _new_responses(
    connection: Connection, read: Iterable[tuple[QueueDataset, AnnotatorResponse]]
) -> list[tuple[QueueDataset, AnnotatorResponse]]:
    """Answers that are not stored yet, the earliest first."""
    columns = tables.response.c
    stored = select(columns.dataset, columns.record_id, columns.who, columns.answered_at)
    known = {tuple(row) for row in connection.execute(stored)}
    keyed = {(d.name, a.record_id, a.who, a.answered_at): (d, a) for d, a in read}
    new = [pair for key, pair in keyed.items() if key not in known]
    return sorted(new, key=lambda pair: (pair[1].answered_at, pair[1].record_id, pair[1].who))


class _ResponseWriter:
    """One transaction's answers on their way into the tables."""

    def __init__(self, connection: Connection, task: Task, records: set[str]) -> None:
        self.pulled = ImportedResponses()
        self.connection = connection
        self.labels = task.label_names
        self.renamed = label_renames(connection)
        self.items = {(item.dataset, item.record_id): item for item in queue_items(connection)}
        self.forgotten = forgotten_ids(connection)
        self.unread_datasets: set[str] = set()
        self.latest: dict[tuple[str, str, str], tuple[str, str]] = {}
        self.turns: Counter[tuple[str, str, str, str]] = Counter()
        columns = tables.decision.c
        query = select(columns.record_id, columns.actor, columns.who, columns.kind, columns.value).order_by(columns.id)
        for record, actor, who, kind, value in connection.execute(query):
            if record in records:
                self._remember(record, actor, who, kind, value)

    def _remember(self, record: str, actor: str, who: str, kind: str, value: str) -> None:
        self.latest[record, actor, who] = kind, value
        self.turns[record, who, kind, value] += 1

    def write(self, dataset: QueueDataset, response: AnnotatorResponse) -> None:
        """Store one answer, its flags and its decision."""
        item = self.items.get((dataset.name, response.record_id))
        if item is None or response.record_id in self.forgotten:
            self.pulled.ignored["a record that was not pushed, or is forgotten"] += 1
            return
        try:
            kind, value = decision_from_response(
                response.content, response.status, self.labels, self.renamed, proposed=item.label_at_push
            )
        except KeyError as unknown:  # not stored, so that it counts once the task has the label
            self.pulled.ignored[f"label {unknown}, which the task does not have"] += 1
            self.unread_datasets.add(dataset.name)
            return
        self.connection.execute(insert(tables.response).values(**_response_row(dataset, response)))
        self.pulled.count(dataset.queue, response)
        self._flag(response)
        if dataset.assignee and response.status == "discarded":  # nobody else sees it there: it may go to another
            withdraw_items(self.connection, dataset.name, [response.record_id])
        actor = "adjudicator" if dataset.queue == "adjudicate" else "person"
        if self.latest.get((response.record_id, actor, response.who)) == (kind, value):
            return
        decision = {
            "record_id": response.record_id,
            "actor": actor,
            "who": response.who,
            "kind": kind,
            "value": value,
            "turn": self.turns[response.record_id, response.who, kind, value],
            "why": _decision_reason(dataset.queue, item),
            "at": response.answered_at,
        }
        self.connection.execute(insert(tables.decision).values(**decision))
        self._remember(response.record_id, actor, response.who, kind, value)
        self.pulled.decisions += 1

    def _flag(self, response: AnnotatorResponse) -> None:
        """Set the flags of an answer, and take back those that the same person has unticked."""
        flagged = response.content.get("flags") or ()
        for name in RESPONSE_FLAGS:
            row = {"record_id": response.record_id, "name": name, "detail": f"said by {response.who}"}
            if name in flagged and response.status == "submitted":
                stored = self.connection.execute(insert(flag).values(**row).on_conflict_do_nothing())
                if stored.rowcount:
                    self.pulled.flagged.setdefault(name, []).append(response.record_id)
            else:
                self.connection.execute(delete(flag).filter_by(**row))


def _response_row(dataset: QueueDataset, response: AnnotatorResponse) -> dict[str, Any]:
    return {
        "dataset": dataset.name,
        "record_id": response.record_id,
        "who": response.who,
        "status": response.status,
        "content": json.dumps(response.content, ensure_ascii=False),
        "started_at": response.started_at,
        "answered_at": response.answered_at,
        "at": utc_now(),
    }


def _decision_reason(queue: str, item: QueueItem) -> str:
    shown = f", suggested {item.suggestion}" if item.suggestion else ", nothing suggested"
    return f"queue {queue}{shown if queue == 'label' else ''}"
