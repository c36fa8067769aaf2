"""After a change of labels, unanswered queue items move to a dataset with the current options."""

from __future__ import annotations

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.curation.labeling.enqueue import find_or_insert_dataset, option_values
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.store.database import Store
from winnow.curation.store.queue_items import (
    copy_items,
    queue_datasets,
    queue_items,
    update_dataset,
    withdraw_items,
)
from winnow.curation.store.responses import submitted_annotators


def migrate_to_current_labels(store: Store, task: Task, queue: QueueDefinition) -> list[tuple[str, str]]:
    """Where labels have changed, move records without a response to a dataset with the current labels.

    Returns old and new dataset names. The old dataset is kept in Argilla: responses given there still count.
    Suggestions do not move, since their model did not know the new labels.
    """
    migrated = []
    with store.writing() as connection:
        submitted = submitted_annotators(connection)
        active_items = [item for item in queue_items(connection, queue.name) if not item.withdrawn]
        for old in queue_datasets(connection, queue.name):
            if old.closed or old.options == option_values(task, queue, old.variant):
                continue
            unanswered = [
                item
                for item in active_items
                if item.dataset == old.name and not submitted.get((old.name, item.record_id))
            ]
            update_dataset(connection, old.name, closed_at=utc_now())
            new = find_or_insert_dataset(connection, task, queue, old.variant)
            withdraw_items(connection, old.name, [item.record_id for item in unanswered])
            copy_items(connection, unanswered, new)
            migrated.append((old.name, new))
    return migrated
