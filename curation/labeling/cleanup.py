"""Remove from Argilla what was forgotten, retracted or decided elsewhere; release items of removed annotators."""

from __future__ import annotations

from collections.abc import Sequence, Set
from contextlib import suppress

from winnow.core.errors import WinnowError
from winnow.core.layout import WorkspaceFolder
from winnow.curation.labeling.argilla_client import STARTED, TOUCHED, ArgillaClient
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.labeling.server.connection import connect_to_argilla
from winnow.curation.labeling.session import ArgillaSession, exclusive_queues, open_session
from winnow.curation.store.database import Store
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.queue_items import (
    QueueDataset,
    argilla_copies,
    mark_undelivered,
    queue_datasets,
    queue_items,
    withdraw_items,
)
from winnow.curation.store.responses import submitted_annotators


def delete_record_from_argilla(store: Store, folder: WorkspaceFolder, record: str) -> list[str]:
    """Delete a forgotten record from Argilla.

    Returns the datasets that still hold it, because no server responds or they belong to another workspace.
    """
    with exclusive_queues(folder):  # a running push may be about to send it
        if not _copies(store, {record}):
            return []
        with suppress(WinnowError):  # no server, or the datasets belong to another workspace
            delete_forgotten(store, open_session(connect_to_argilla(folder.server), store))
        return sorted({name for name, _, _ in _copies(store, {record})})


def datasets_out_of_reach(store: Store, folder: WorkspaceFolder, record: str) -> list[str]:
    """Datasets that hold a record and that no running server could delete it from; nothing is deleted."""
    held = sorted({name for name, _, _ in _copies(store, {record})})
    with suppress(WinnowError):  # no server
        connect_to_argilla(folder.server)
        return []
    return held


def delete_forgotten(store: Store, session: ArgillaSession) -> None:
    """Delete forgotten records from Argilla, and items that quote them.

    A dataset that the embedded server does not have is deleted; one that a team's server does not have may be on
    another server, so it counts as existing.
    """
    with store.reading() as connection:
        forgotten = forgotten_ids(connection)
    for dataset, server_id, record in _copies(store, forgotten):
        exists = session.client.dataset_exists(server_id)
        if exists:
            session.client.delete_records(server_id, [record])
        if exists or session.connection.embedded:
            with store.writing() as connection:
                mark_undelivered(connection, dataset, [record])
                if record in forgotten:
                    withdraw_items(connection, dataset, [record])


def release_assignments(store: Store, queue: QueueDefinition, members: Set[str]) -> None:
    """Withdraw pending items of removed annotators, so that others may get them."""
    with store.writing() as connection:
        submitted = submitted_annotators(connection)
        for dataset in queue_datasets(connection, queue.name):
            if dataset.assignee and dataset.assignee not in members:
                pending = [
                    item.record_id
                    for item in queue_items(connection, queue.name)
                    if item.dataset == dataset.name
                    and not item.withdrawn
                    and not submitted.get((item.dataset, item.record_id))
                ]
                withdraw_items(connection, dataset.name, pending)


def withdraw_stale_items(store: Store, client: ArgillaClient, queue: QueueDefinition, candidates: Set[str]) -> None:
    """Delete items that are no longer candidates (retracted, or decided elsewhere) and that nobody has touched.

    This includes what an interrupted push may have sent.
    """
    with store.reading() as connection:
        submitted = submitted_annotators(connection)
        server_ids = {one.name: one.server_id for one in queue_datasets(connection, queue.name)}
        stale: dict[str, list[str]] = {}
        for item in queue_items(connection, queue.name):
            untouched = not submitted.get((item.dataset, item.record_id))
            if not item.withdrawn and item.record_id not in candidates and untouched:
                stale.setdefault(item.dataset, []).append(item.record_id)
    for dataset, records in stale.items():
        server_id = server_ids[dataset]
        if server_id is None or not client.dataset_exists(server_id):
            continue
        deleted = client.delete_records(server_id, records, keep=TOUCHED)
        with store.writing() as connection:
            mark_undelivered(connection, dataset, deleted)
            withdraw_items(connection, dataset, deleted)


def take_back_records(client: ArgillaClient, dataset: QueueDataset, records: Sequence[str]) -> list[str]:
    """Delete records from Argilla unless somebody has started to answer them; returns those that are not there now."""
    if not client.dataset_exists(dataset.server_id):
        return list(records)
    return client.delete_records(str(dataset.server_id), records, keep=STARTED)


def _copies(store: Store, records: Set[str]) -> list[tuple[str, str, str]]:
    with store.reading() as connection:
        return argilla_copies(connection, records)
