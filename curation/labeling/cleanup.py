"""Remove from Argilla what was forgotten, retracted or decided elsewhere; free what waits for removed annotators."""

from __future__ import annotations

from collections.abc import Set

from winnow.curation.labeling.argilla_client import ArgillaClient
from winnow.curation.labeling.queues.definition import QueueName
from winnow.curation.store.database import Store
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.queue_items import (
    argilla_copies,
    mark_delivered,
    queue_datasets,
    queue_items,
    withdraw_items,
)
from winnow.curation.store.responses import submitted_annotators


def delete_forgotten(store: Store, client: ArgillaClient, *, embedded: bool) -> None:
    """Delete what Argilla still holds of forgotten records, and items that quote them.

    A dataset that the embedded server does not have is gone; that another server does not have may be elsewhere.
    """
    with store.reading() as connection:
        forgotten = forgotten_ids(connection)
    for dataset, server_id, record in copies_in_argilla(store, forgotten):
        there = client.dataset_exists(server_id)
        if there:
            client.delete(server_id, [record], include_answered=True)
        if there or embedded:
            with store.writing() as connection:
                mark_delivered(connection, dataset, [record], at=None)


def copies_in_argilla(store: Store, records: Set[str]) -> list[tuple[str, str, str]]:
    """Where Argilla holds any of these records, or quotes one."""
    with store.reading() as connection:
        return argilla_copies(connection, records)


def release_assignments(store: Store, queue: QueueName, members: Set[str]) -> None:
    """What waits for somebody who was removed may go to others."""
    with store.writing() as connection:
        given = submitted_annotators(connection)
        for dataset in queue_datasets(connection, queue):
            if dataset.assignee and dataset.assignee not in members:
                pending_items = [
                    s for s in queue_items(connection, queue) if s.dataset == dataset.name and not s.withdrawn
                ]
                free = [s.record_id for s in pending_items if not given.get((s.dataset, s.record_id))]
                withdraw_items(connection, dataset.name, free)


def withdraw_stale_items(store: Store, client: ArgillaClient, queue: QueueName, wanted: Set[str]) -> None:
    """Delete what is not wanted any more and nobody has touched: it was retracted, or decided elsewhere."""
    with store.reading() as connection:
        given = submitted_annotators(connection)
        known = {one.name: one.server_id for one in queue_datasets(connection, queue)}
        stale: dict[str, list[str]] = {}
        for item in queue_items(connection, queue):
            key = (item.dataset, item.record_id)
            if item.delivered and not item.withdrawn and item.record_id not in wanted and not given.get(key):
                stale.setdefault(item.dataset, []).append(item.record_id)
    for dataset, records in stale.items():
        server_id = known[dataset]
        if server_id is None or not client.dataset_exists(server_id):
            continue
        forgotten = client.delete(server_id, records, include_answered=False)
        with store.writing() as connection:
            mark_delivered(connection, dataset, forgotten, at=None)
            withdraw_items(connection, dataset, forgotten)
