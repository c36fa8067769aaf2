"""After a change of labels, unanswered queue items move to a dataset with the current options."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.curation.labeling.enqueue import find_or_insert_dataset, option_values
from winnow.curation.labeling.queues.definition import QueueName
from winnow.curation.store.database import Store
from winnow.curation.store.queue_items import (
    QueueItem,
    queue_datasets,
    queue_items,
    update_dataset,
    upsert_items,
    withdraw_items,
)
from winnow.curation.store.responses import submitted_annotators
from winnow.curation.store.tables import queue_item


def migrate_to_current_labels(store: Store, task: Task, queue: QueueName) -> list[tuple[str, str]]:
    """Where labels have changed: records that nobody has answered move to a dataset with the labels of today.

    Returns old and new names. Nothing is deleted: an answer that is given in the old one all the same still counts.
    """
    migrated = []
    with store.writing() as connection:
        given = submitted_annotators(connection)
        active_items = [item for item in queue_items(connection, queue) if not item.withdrawn]
        for old in queue_datasets(connection, queue):
            if old.closed or old.options == option_values(task, queue, old.variant):
                continue
            unanswered = [s for s in active_items if s.dataset == old.name and not given.get((old.name, s.record_id))]
            update_dataset(connection, old.name, closed_at=utc_now())
            new = find_or_insert_dataset(connection, task, queue, old.variant)
            withdraw_items(connection, old.name, [item.record_id for item in unanswered])
            _copy_items(connection, unanswered, new)
            migrated.append((old.name, new))
    return migrated


def _copy_items(connection: Connection, unanswered: Sequence[QueueItem], new: str) -> None:
    """Places in another dataset; suggestions by a model that did not know the new labels stay behind."""
    migrated = {(item.dataset, item.record_id) for item in unanswered}
    suggestions = {
        "delivered_at": None,
        "withdrawn_at": None,
        "suggestion": None,
        "score": None,
        "hidden_suggestion": None,
    }
    stored = connection.execute(
        select(queue_item).where(queue_item.c.dataset.in_({item.dataset for item in unanswered}))
    )
    rows = [
        {**row._mapping, **suggestions, "dataset": new} for row in stored if (row.dataset, row.record_id) in migrated
    ]
    if rows:
        upsert_items(connection, rows)
