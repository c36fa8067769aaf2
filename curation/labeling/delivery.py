"""Send what was enqueued to Argilla, bulk by bulk; an interrupted push is completed by the next one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.core.vocabulary import DatasetKind
from winnow.curation.engine.vectors import Vectors
from winnow.curation.labeling.argilla_types import ArgillaRecord, DatasetSpec
from winnow.curation.labeling.enqueue import label_definitions_json
from winnow.curation.labeling.kind_forms import kind_form
from winnow.curation.labeling.ownership import argilla_workspace_of, foreign_dataset, is_foreign
from winnow.curation.labeling.queue_guidelines import closed_dataset_note, queue_guidelines
from winnow.curation.labeling.queues.candidate import QueueCandidate
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.labeling.review_form import VISIBLE_OPTIONS, form_questions
from winnow.curation.labeling.server.connection import WORKSPACE_VARIABLE
from winnow.curation.labeling.session import ArgillaSession
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.queue_items import (
    QueueDataset,
    QueueItem,
    add_quoted_ids,
    last_push_with_other_labels,
    mark_delivered,
    mark_undelivered,
    queue_datasets,
    queue_items,
    update_dataset,
    withdraw_items,
)
from winnow.curation.store.responses import submitted_annotators
from winnow.validators.kinds import kind_of

EmbedTexts = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors."""


def deliver_queue(
    store: Store,
    task: Task,
    queue: QueueDefinition,
    session: ArgillaSession,
    *,
    candidates: Mapping[str, QueueCandidate],
    embed: EmbedTexts,
    guidelines_url: str | None,
) -> DeliveredRecords:
    """Send every undelivered item of a queue to Argilla; returns what the server has stored.

    `candidates` has the texts, by record; items that are no longer candidates are withdrawn. Delivery is recorded bulk
    by bulk: a kill costs at most one bulk, which is sent again and stored once. When Argilla stops responding, the
    ServiceError says how many records it had stored by then.
    """
    with store.reading() as connection:
        known = queue_datasets(connection, queue.name)
        before = last_push_with_other_labels(connection, queue.name, label_definitions_json(task))
    guidelines = {
        kind: queue_guidelines(task, queue, dataset_kind=kind, before=before, guidelines_url=guidelines_url)
        for kind in DatasetKind
    }
    delivery = _Delivery(store, task, queue, session, guidelines, embed)
    try:
        for dataset in known:
            if dataset.closed:
                delivery.announce_successor(dataset, known)
            else:
                delivery.send(dataset, candidates)
    except ServiceError as error:
        stored = counted(delivery.delivered.records, "record")
        fix = f"run `{command('push', queue.name)}` again: it sends the rest"
        interrupted = Problem(f"queue {queue.name}", f"Argilla had stored {stored} by then", "", fix)
        raise ServiceError([*error.problems, interrupted]) from error
    return delivery.delivered


@dataclass
class DeliveredRecords:
    """Records that an Argilla server has confirmed to have stored."""

    by_dataset: Counter[str] = field(default_factory=Counter)
    """Records by dataset."""
    blind: int = 0
    """Records without a suggestion."""

    @property
    def records(self) -> int:
        """Records in all datasets."""
        return self.by_dataset.total()

    def add(self, dataset: str, sent: Mapping[str, ArgillaRecord], stored: Sequence[str]) -> None:
        """Count the records of one bulk."""
        self.by_dataset[dataset] += len(stored)
        self.blind += sum(sent[record].suggestion is None for record in stored)


@dataclass(frozen=True)
class _Delivery:
    """One delivery of a queue."""

    store: Store
    task: Task
    queue: QueueDefinition
    session: ArgillaSession
    guidelines: Mapping[DatasetKind, str]
    embed: EmbedTexts
    delivered: DeliveredRecords = field(default_factory=DeliveredRecords)

    def send(self, dataset: QueueDataset, candidates: Mapping[str, QueueCandidate]) -> None:
        """Send what is undelivered in one dataset, which is created in Argilla first if it is missing there."""
        client = self.session.client
        missing = not client.dataset_exists(dataset.server_id)
        pending = self._pending_items(dataset, candidates, missing=missing)
        if missing and not pending:
            return
        vectors: Any = self.embed([candidates[item.record_id].text for item in pending]) if pending else ()
        if missing:
            server_id = self._create(dataset, dimensions=len(vectors[0]))
        else:
            server_id = dataset.server_id or ""
            client.grant_access(self._workspace_of(dataset), dataset.assignee)
            client.set_guidelines(server_id, self.guidelines[dataset.kind])
        shown = [candidates[item.record_id] for item in pending]
        records = self._records(dataset, pending, shown, vectors)
        if records and not client.shows_sessions(server_id):
            records = [replace(one, earlier_turns=None) for one in records]
        by_id = {one.record_id: one for one in records}
        for stored in client.upload_records(server_id, records) if records else ():
            with self.store.writing() as connection:
                mark_delivered(connection, dataset.name, stored, at=utc_now())
            self.delivered.add(dataset.name, by_id, stored)

    def _records(
        self,
        dataset: QueueDataset,
        items: Sequence[QueueItem],
        candidates: Sequence[QueueCandidate],
        vectors: Any,
    ) -> list[ArgillaRecord]:
        """What annotators see of each item; in a blind dataset, nothing of the answer that they are to give."""
        is_blind = dataset.kind == DatasetKind.BLIND
        return [
            ArgillaRecord(
                one.record_id,
                self._shown(one.content, is_blind=is_blind),
                len(one.text.split()),
                None if is_blind else one.context,
                one.earlier_turns,
                one.weight,
                vector.tolist(),
                self._suggestion(item),
            )
            for item, one, vector in zip(items, candidates, vectors, strict=True)
        ]

    def _shown(self, content: str, *, is_blind: bool) -> str:
        """A content as annotators read it; where they may correct its answer, they may copy it, too."""
        form = kind_form(kind_of(self.task))
        if is_blind:
            return form.show_blind(content, self.task)
        to_copy = form.answer.show(content, self.task) if form.answer and self.queue.asks_correction else ""
        return form.show(content, self.task) + to_copy

    def _suggestion(self, item: QueueItem) -> tuple[str | list[str], float, str] | None:
        """Label, probability and agent that an item suggests; a list of labels where several may be chosen."""
        if item.suggestion is None:
            return None
        kind = kind_of(self.task)
        value = item.suggestion if kind.combined_target is None else list(kind.target_parts(item.suggestion))
        return value, float(item.score or 0), item.agent or ""

    def _pending_items(
        self, dataset: QueueDataset, candidates: Mapping[str, QueueCandidate], *, missing: bool
    ) -> list[QueueItem]:
        """The undelivered items of a dataset; those that are no longer candidates are withdrawn.

        What they quote is stored before they are sent. It is added to what an interrupted push may have sent.
        """
        with self.store.writing() as connection:
            if missing:
                _mark_unfinished_undelivered(connection, dataset)
            undelivered = [
                item
                for item in queue_items(connection, self.queue.name)
                if item.dataset == dataset.name and not (item.delivered or item.withdrawn)
            ]
            pending = [item for item in undelivered if item.record_id in candidates]
            stale = [item.record_id for item in undelivered if item.record_id not in candidates]
            withdraw_items(connection, dataset.name, stale)
            quoted = {one.record_id: candidates[one.record_id].quoted_ids for one in pending}
            add_quoted_ids(connection, dataset.name, quoted)
        return pending

    def announce_successor(self, dataset: QueueDataset, known: Sequence[QueueDataset]) -> None:
        """Say in a closed dataset where its records went."""
        client = self.session.client
        later = [one for one in known if one.variant == dataset.variant and not one.closed]
        if later and dataset.closed_at and dataset.server_id and client.dataset_exists(dataset.server_id):
            client.set_guidelines(dataset.server_id, closed_dataset_note(later[-1].name, dataset.closed_at))

    def _create(self, dataset: QueueDataset, *, dimensions: int) -> str:
        """Create a dataset in Argilla, or continue with the one of an interrupted push; its id is stored."""
        client, argilla_workspace = self.session.client, self._workspace_of(dataset)
        form = kind_form(kind_of(self.task))
        spec = DatasetSpec(
            name=dataset.name,
            workspace=argilla_workspace,
            owner=self.session.workspace_id,
            questions=form_questions(self.task, self.queue, dataset.kind),
            visible=VISIBLE_OPTIONS,
            text_title=form.title,
            is_markdown=form.is_markdown,
            context_title=None if dataset.kind == DatasetKind.BLIND else self.queue.context_title,
            overlap=dataset.overlap,
            dimensions=dimensions,
        )
        interrupted = self._find_interrupted(spec)
        client.grant_access(argilla_workspace, dataset.assignee)
        server_id = interrupted or client.create_dataset(spec, self.guidelines[dataset.kind])
        with self.store.writing() as connection:
            update_dataset(connection, dataset.name, server_id=server_id, responses_read_until=None)
        return server_id

    def _find_interrupted(self, spec: DatasetSpec) -> str | None:
        """The dataset that an interrupted push published; one that was not published yet is deleted.

        Raises WinnowError when the name belongs to another workspace or another task; then the server is not changed.
        """
        client = self.session.client
        space = client.argilla_workspace_id(spec.workspace)
        named = [one for one in client.all_datasets() if (one.name, one.argilla_workspace_id) == (spec.name, space)]
        for known in named:
            if is_foreign(client, known, spec.owner):
                raise WinnowError(foreign_dataset(client.url, known, spec.owner))
            if not known.ready:
                client.delete_dataset(known.id)
            elif client.questions(known.id) != {one.name: set(one.options) for one in spec.questions}:
                where = f"{client.url}, dataset {spec.name} of workspace {spec.workspace}"
                fix = f"rename or delete it there, or set {WORKSPACE_VARIABLE} to another name"
                raise WinnowError(Problem(where, "it asks other questions", "a free name", fix))
            else:
                client.set_owner(known, spec.owner)
                return known.id
        return None

    def _workspace_of(self, dataset: QueueDataset) -> str:
        return argilla_workspace_of(self.session.connection.workspace, self.queue, dataset.assignee)


def _mark_unfinished_undelivered(connection: Connection, dataset: QueueDataset) -> None:
    """Items that the server has lost and annotators have not finished have to be sent again."""
    submitted = submitted_annotators(connection)
    unfinished = [
        item.record_id
        for item in queue_items(connection, dataset.queue)
        if item.dataset == dataset.name
        and item.delivered
        and len(submitted.get((dataset.name, item.record_id), ())) < dataset.overlap
    ]
    mark_undelivered(connection, dataset.name, unfinished)
