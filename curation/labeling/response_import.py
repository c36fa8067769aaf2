"""Import responses from Argilla as decisions, each exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from winnow.config.task import Task
from winnow.core.errors import ServiceError
from winnow.core.vocabulary import Actor, DecisionKind, ResponseStatus
from winnow.curation.labeling.argilla_client import ArgillaClient
from winnow.curation.labeling.argilla_types import AnnotatorResponse
from winnow.curation.labeling.queues import queue_named
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.labeling.response_decision import decision_from_response, is_incomplete
from winnow.curation.labeling.review_form import RESPONSE_FLAGS
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.decisions import DecisionKey, decision_keys, insert_decision
from winnow.curation.store.flags import clear_flag, set_flag
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
from winnow.curation.store.records import contents_of_records
from winnow.curation.store.responses import ResponseKey, insert_response, stored_response_keys
from winnow.validators.kinds import kind_of
from winnow.validators.text import Drop

ReadTask = Callable[[], Task]
"""Reads the task file."""

SEARCH_LAG_SECONDS = 60.0
"""Seconds after which a search certainly finds a response: Elasticsearch indexes new ones with a delay."""


@dataclass
class ImportedResponses:
    """What a pull brought."""

    responses: int = 0
    """New or edited responses."""
    decisions: int = 0
    discarded: int = 0
    records: set[str] = field(default_factory=set)
    """Records that the responses are about."""
    by_annotator: Counter[str] = field(default_factory=Counter)
    by_queue: Counter[str] = field(default_factory=Counter)
    flagged: dict[str, list[str]] = field(default_factory=dict)
    """Newly flagged records, by flag."""
    missing: list[str] = field(default_factory=list)
    """Datasets that this server does not have."""
    ignored: Counter[str] = field(default_factory=Counter)
    """Responses that decide nothing, by reason."""
    incomplete: Counter[str] = field(default_factory=Counter)
    """Responses that say `wrong label` without the right label, by annotator: not counted, and drafts again."""

    def count(self, queue: str, response: AnnotatorResponse) -> None:
        """Count one response."""
        self.responses += 1
        self.discarded += response.status == "discarded"
        self.records.add(response.record_id)
        self.by_annotator[response.who] += 1
        self.by_queue[queue] += 1


def import_responses(store: Store, read_task: ReadTask, client: ArgillaClient) -> ImportedResponses:
    """Read the responses of every dataset with new ones, and store what they decide, in one transaction.

    When Argilla stops responding midway, what was read until then is stored and the ServiceError raised.
    """
    with store.reading() as connection:
        known = [one for one in queue_datasets(connection) if one.server_id]
    read: list[tuple[QueueDataset, AnnotatorResponse]] = []
    read_until: dict[str, str] = {}
    missing: list[str] = []
    try:
        usernames = client.usernames() if known else {}
        for dataset in known:
            found = client.find_dataset(str(dataset.server_id))
            if found is None:
                missing.append(dataset.name)
                continue
            active = found.last_activity_at
            if active is None or active == dataset.responses_read_until:
                continue
            for response in client.responses(str(dataset.server_id), usernames):
                read.append((dataset, response))
            if _seconds_since(active) > SEARCH_LAG_SECONDS:
                read_until[dataset.name] = active
    except ServiceError:
        store_responses(store, read_task, read, {})
        raise
    kind = kind_of(read_task())
    incomplete = [(dataset, one) for dataset, one in read if is_incomplete(one.content, one.status, kind=kind)]
    for dataset, _ in incomplete:
        read_until.pop(dataset.name, None)
    imported = store_responses(store, read_task, read, read_until)
    imported.missing = missing
    for response in {one.response_id: one for _, one in incomplete}.values():
        client.return_to_draft(response)
        imported.incomplete[response.who] += 1
    return imported


def store_responses(
    store: Store,
    read_task: ReadTask,
    read: Sequence[tuple[QueueDataset, AnnotatorResponse]],
    read_until: Mapping[str, str],
) -> ImportedResponses:
    """Store responses and what they decide, in the order in which they were given. Known responses change nothing.

    The task is read inside the transaction: a label may be renamed while Argilla is being read.
    """
    with store.writing() as connection:
        new_responses = _new_responses(connection, read)
        writer = _ResponseWriter(connection, read_task(), {response.record_id for _, response in new_responses})
        for dataset, response in new_responses:
            writer.write(dataset, response)
        for name, until in read_until.items():
            if name not in writer.unread_datasets:
                update_dataset(connection, name, responses_read_until=until)
    return writer.imported


def _seconds_since(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def _new_responses(
    connection: Connection, read: Iterable[tuple[QueueDataset, AnnotatorResponse]]
) -> list[tuple[QueueDataset, AnnotatorResponse]]:
    """Responses that are not stored yet, earliest first."""
    known = stored_response_keys(connection)
    by_key = {_key(dataset, response): (dataset, response) for dataset, response in read}
    new = [pair for key, pair in by_key.items() if key not in known]
    return sorted(new, key=lambda pair: (pair[1].answered_at, pair[1].record_id, pair[1].who))


class _ResponseWriter:
    """Writes responses and their decisions in one transaction."""

    def __init__(self, connection: Connection, task: Task, records: set[str]) -> None:
        self.imported = ImportedResponses()
        self.connection = connection
        self.task, self.kind = task, kind_of(task)
        self.labels = self.kind.targets(task)
        self.contents = contents_of_records(connection, records)
        self.renamed = label_renames(connection)
        self.items = {(item.dataset, item.record_id): item for item in queue_items(connection)}
        self.forgotten = forgotten_ids(connection)
        self.unread_datasets: set[str] = set()
        """Datasets with responses that a later task file may understand."""
        self.latest: dict[tuple[str, str, str], tuple[str, str]] = {}
        """Kind and value of the latest decision, by record, actor and annotator."""
        self.turns: Counter[tuple[str, str, str, str]] = Counter()
        for decision in decision_keys(connection):
            if decision.record_id in records:
                self._remember(decision)

    def write(self, dataset: QueueDataset, response: AnnotatorResponse) -> None:
        """Store one response, its flags and its decision."""
        item = self.items.get((dataset.name, response.record_id))
        if item is None or response.record_id in self.forgotten:
            self.imported.ignored["the record was not pushed, or is forgotten"] += 1
            return
        try:
            kind, value = decision_from_response(
                response.content,
                response.status,
                self.labels,
                self.renamed,
                proposed=item.label_at_push,
                kind=self.kind,
            )
        except KeyError as unknown:  # not stored, so that it counts once the task has the label
            self.imported.ignored[f"the task does not have the label {unknown}"] += 1
            self.unread_datasets.add(dataset.name)
            return
        if kind == DecisionKind.LABEL and self._contradicts_content(response.record_id, value):
            kind, value = DecisionKind.REJECTION, f"the answer is wrong: {value} is right"
        queue = queue_named(dataset.queue)
        decision = DecisionKey(response.record_id, _actor(queue), response.who, kind, value)
        status = ResponseStatus(response.status)
        if is_incomplete(response.content, status, kind=self.kind):
            if decision[:3] not in self.latest:
                return
            status = ResponseStatus.DISCARDED  # the annotator's earlier response no longer counts
        insert_response(
            self.connection,
            _key(dataset, response),
            status=status,
            content=response.content,
            started_at=response.started_at,
        )
        self.imported.count(dataset.queue, response)
        self._update_flags(response)
        if dataset.assignee and response.status == "discarded":  # only the assignee sees it here: let another have it
            withdraw_items(self.connection, dataset.name, [response.record_id])
        self._decide(decision, queue, item, response)

    def _decide(
        self, decision: DecisionKey, queue: QueueDefinition, item: QueueItem, response: AnnotatorResponse
    ) -> None:
        """Store a decision, unless it is the annotator's latest one already."""
        record, actor, who, kind, value = decision
        if self.latest.get((record, actor, who)) == (kind, value):
            return
        turn = self.turns[record, who, kind, value]
        why = _decision_reason(queue, item)
        insert_decision(self.connection, decision, turn=turn, why=why, at=response.answered_at)
        self._remember(decision)
        self.imported.decisions += 1

    def _contradicts_content(self, record: str, label: str) -> bool:
        """Whether the content shows another label: then it is the answer in it that the annotator calls wrong."""
        return isinstance(self.kind.target_of(self.contents[record], label, self.task), Drop)

    def _remember(self, decision: DecisionKey) -> None:
        record, actor, who, kind, value = decision
        self.latest[record, actor, who] = kind, value
        self.turns[record, who, kind, value] += 1

    def _update_flags(self, response: AnnotatorResponse) -> None:
        """Set the flags of a response, and clear those that the same annotator has unticked."""
        ticked = response.content.get("flags") or ()
        for name in RESPONSE_FLAGS:
            detail = f"by {response.who}"
            if name in ticked and response.status == "submitted":
                if set_flag(self.connection, response.record_id, name, detail):
                    self.imported.flagged.setdefault(name, []).append(response.record_id)
            else:
                clear_flag(self.connection, response.record_id, name, detail)


def _key(dataset: QueueDataset, response: AnnotatorResponse) -> ResponseKey:
    return ResponseKey(dataset.name, response.record_id, response.who, response.answered_at)


def _actor(queue: QueueDefinition) -> Actor:
    return Actor.ADJUDICATOR if queue.for_leads else Actor.PERSON


def _decision_reason(queue: QueueDefinition, item: QueueItem) -> str:
    if not queue.shows_suggestions:
        return f"queue {queue.name}"
    return f"queue {queue.name}, " + (f"suggested {item.suggestion}" if item.suggestion else "nothing suggested")
