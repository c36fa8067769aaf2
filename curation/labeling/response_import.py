"""Import responses from Argilla as decisions, each exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from winnow.config.task import Task
from winnow.core.errors import ServiceError
from winnow.curation.labeling.argilla_client import ArgillaClient
from winnow.curation.labeling.argilla_types import AnnotatorResponse
from winnow.curation.labeling.response_writer import ImportedResponses, OpenScrubber, ResponseWriter, response_key
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.queue_items import (
    QueueDataset,
    queue_datasets,
    update_dataset,
)
from winnow.curation.store.responses import stored_response_statuses

ReadTask = Callable[[], Task]
"""Reads the task file."""

SEARCH_LAG_SECONDS = 60.0
"""Seconds after which a search certainly finds a response: Elasticsearch indexes new ones with a delay."""


def import_responses(
    store: Store, read_task: ReadTask, client: ArgillaClient, open_scrubber: OpenScrubber
) -> ImportedResponses:
    """Read the responses of every dataset with new ones, and store what they decide, in one transaction.

    Responses that are not counted return to their annotators after that. When Argilla stops responding midway,
    what was read until then is stored and the ServiceError raised.
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
        store_responses(store, read_task, read, {}, open_scrubber)
        raise
    imported = store_responses(store, read_task, read, read_until, open_scrubber)
    imported.missing = missing
    for one in imported.returned:
        client.return_to_draft(one.as_draft())
    return imported


def store_responses(
    store: Store,
    read_task: ReadTask,
    read: Sequence[tuple[QueueDataset, AnnotatorResponse]],
    read_until: Mapping[str, str],
    open_scrubber: OpenScrubber,
) -> ImportedResponses:
    """Store responses and what they decide, in the order in which they were given. Known responses change nothing.

    The task is read inside the transaction: a label may be renamed while Argilla is being read.
    """
    with store.writing() as connection:
        new_responses, task = _uncounted_responses(connection, read), read_task()
        writer = ResponseWriter(connection, task, open_scrubber, {one.record_id for _, one in new_responses})
        for dataset, response in new_responses:
            writer.write(dataset, response)
        for name, until in read_until.items():
            if name not in writer.unread_datasets:
                update_dataset(connection, name, responses_read_until=until)
    return writer.imported


def _seconds_since(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def _uncounted_responses(
    connection: Connection, read: Iterable[tuple[QueueDataset, AnnotatorResponse]]
) -> list[tuple[QueueDataset, AnnotatorResponse]]:
    """Responses that are not stored yet, and those that have not returned to their annotator yet, earliest first."""
    known = stored_response_statuses(connection)
    by_key = {response_key(dataset.name, response): (dataset, response) for dataset, response in read}
    new = [pair for key, pair in by_key.items() if known.get(key) != pair[1].status]
    return sorted(new, key=lambda pair: (pair[1].answered_at, pair[1].record_id, pair[1].who))
