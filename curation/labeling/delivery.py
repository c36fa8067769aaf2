"""Send what was enqueued to Argilla, bulk by bulk; a killed push is finished by the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.curation.engine.vectors import Vectors
from winnow.curation.labeling.argilla_client import ArgillaClient
from winnow.curation.labeling.argilla_types import ArgillaRecord, DatasetSpec
from winnow.curation.labeling.enqueue import label_definitions_json
from winnow.curation.labeling.queue_guidelines import closed_dataset_note, queue_guidelines
from winnow.curation.labeling.queues.definition import QueueCandidate, QueueName
from winnow.curation.labeling.review_form import VISIBLE_OPTIONS, form_questions
from winnow.curation.labeling.server.accounts import LEADS_SUFFIX
from winnow.curation.store.database import Store
from winnow.curation.store.queue_items import (
    QueueDataset,
    QueueItem,
    last_push_with_other_labels,
    mark_delivered,
    queue_datasets,
    queue_items,
    update_dataset,
    withdraw_items,
)
from winnow.curation.store.responses import submitted_annotators

CONTEXT_TITLES = {"relabel": "What is known", "adjudicate": "What was said", "review": "Proposed"}


LEAD_QUEUES = ("adjudicate",)
"""Queues that annotators do not see: what they say there would outrank everybody."""


EmbedTexts = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors."""


def deliver_queue(
    store: Store,
    task: Task,
    queue: QueueName,
    client: ArgillaClient,
    *,
    workspace: str,
    candidates: Mapping[str, QueueCandidate],
    embed: EmbedTexts,
    handbook: str | None,
) -> None:
    """Bring everything that has been placed in a queue, and has not arrived, to Argilla.

    `candidates` has the texts, by record; what is none any more has left the queue. What has arrived is noted bulk by
    bulk: a kill costs at most one bulk, which is sent again and arrives once.
    """
    with store.reading() as connection:
        known = queue_datasets(connection, queue)
        before = last_push_with_other_labels(connection, queue, label_definitions_json(task))
    text = queue_guidelines(task, queue, before=before, handbook=handbook)
    for dataset in known:
        if dataset.closed:
            _announce_successor(client, dataset, known)
            continue
        missing = not client.dataset_exists(dataset.server_id)
        with store.writing() as connection:
            if missing:
                _mark_undelivered(connection, dataset)
            undelivered = [item for item in queue_items(connection, queue) if item.dataset == dataset.name]
            undelivered = [item for item in undelivered if not (item.delivered or item.withdrawn)]
            withdraw_items(
                connection, dataset.name, [one.record_id for one in undelivered if one.record_id not in candidates]
            )
        shown = candidates
        if dataset.kind == "blind":
            shown = {record: replace(one, context=None) for record, one in candidates.items()}
        items = _argilla_records([one for one in undelivered if one.record_id in candidates], shown, embed)
        if missing and not items:
            continue
        server_id = dataset.server_id or ""
        if missing:
            server_id = _create_dataset(
                store, task, client, dataset, workspace=workspace, text=text, width=len(items[0].vector)
            )
        else:
            client.grant_access(argilla_workspace_of(workspace, queue, dataset.assignee), dataset.assignee)
            client.set_guidelines(server_id, text)
        for delivered_ids in client.upload_records(server_id, items) if items else ():
            with store.writing() as connection:
                mark_delivered(connection, dataset.name, delivered_ids, at=utc_now())


def _mark_undelivered(connection: Connection, dataset: QueueDataset) -> None:
    """What a server has lost and people have not finished has to be sent again."""
    given = submitted_annotators(connection)
    missing = [s.record_id for s in queue_items(connection, dataset.queue) if s.dataset == dataset.name and s.delivered]
    unfinished = [r for r in missing if len(given.get((dataset.name, r), ())) < dataset.overlap]
    mark_delivered(connection, dataset.name, unfinished, at=None)


def _announce_successor(client: ArgillaClient, dataset: QueueDataset, known: Sequence[QueueDataset]) -> None:
    later = [d for d in known if d.variant == dataset.variant and not d.closed]
    if later and dataset.server_id and client.dataset_exists(dataset.server_id):
        client.set_guidelines(dataset.server_id, closed_dataset_note(later[-1].name, utc_now()))


def _create_dataset(
    store: Store, task: Task, client: ArgillaClient, dataset: QueueDataset, *, workspace: str, text: str, width: int
) -> str:
    """Make a dataset on the server and remember its id."""
    queue = dataset.queue
    item = argilla_workspace_of(workspace, queue, dataset.assignee)
    client.grant_access(item, dataset.assignee)
    shape = DatasetSpec(
        name=dataset.name,
        workspace=item,
        questions=form_questions(task, queue, dataset.kind),
        visible=VISIBLE_OPTIONS,
        context=None if dataset.kind == "blind" else CONTEXT_TITLES.get(queue),
        overlap=dataset.overlap,
        dimensions=width,
    )
    made = client.create_dataset(shape, text)
    with store.writing() as connection:
        update_dataset(connection, dataset.name, server_id=made, responses_read_until=None)
    return made


def argilla_workspace_of(workspace: str, queue: str, assignee: str | None) -> str:
    """The Argilla workspace of a dataset; who is not in it does not see it."""
    if queue in LEAD_QUEUES:
        return workspace + LEADS_SUFFIX
    return f"{workspace}-for-{assignee}" if assignee else workspace


def _argilla_records(
    undelivered: Sequence[QueueItem], candidates: Mapping[str, QueueCandidate], embed: EmbedTexts
) -> list[ArgillaRecord]:
    shown = [candidates[item.record_id] for item in undelivered]
    vectors: Any = embed([one.text for one in shown]) if shown else []
    items = []
    for item, one, vector in zip(undelivered, shown, vectors, strict=True):
        suggestion = None
        if item.suggestion is not None:
            suggestion = (item.suggestion, float(item.score or 0), item.agent or "")
        items.append(ArgillaRecord(one.record_id, one.text, one.context, one.weight, vector.tolist(), suggestion))
    return items
