"""After a change of labels, unanswered queue items move to a dataset with the current options."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.curation.labeling.enqueue import find_or_insert_dataset, option_values
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.store.database import Store
from winnow.curation.store.queue_items import (
    QueueDataset,
    QueueItem,
    copy_items,
    mark_undelivered,
    queue_datasets,
    queue_items,
    update_dataset,
    withdraw_items,
)
from winnow.curation.store.responses import submitted_annotators

TakeBack = Callable[[QueueDataset, Sequence[str]], Collection[str]]
"""Removes records of a dataset from Argilla unless somebody has started to answer; returns those that are removed."""


def migrate_to_current_labels(
    store: Store, task: Task, queue: QueueDefinition, take_back: TakeBack
) -> list[tuple[str, str]]:
    """Where labels have changed, move records that nobody has started to a dataset with the current labels.

    Returns old and new dataset names. A record leaves the old dataset before it enters the new one; one with a draft or
    with one of two responses stays where it was started, and counts as pending there. Responses in the old dataset
    still count. Suggestions do not move, since their model did not know the new labels.
    """
    migrated = []
    for old, unfinished, withdrawn in _replaced_datasets(store, task, queue):
        wanted = [item.record_id for item in (*unfinished, *withdrawn)]
        taken = set(take_back(old, wanted)) if wanted else set()
        if old.closed and not taken:
            continue
        if new := _move(store, task, queue, old, [item for item in unfinished if item.record_id in taken], taken):
            migrated.append((old.name, new))
    return migrated


class _ReplacedDataset(NamedTuple):
    """A dataset with other labels than the current ones, and its items that may still be in Argilla."""

    dataset: QueueDataset
    unfinished: list[QueueItem]
    """Items that still need responses."""
    withdrawn: list[QueueItem]
    """Items that were withdrawn and are still in Argilla."""


def _replaced_datasets(store: Store, task: Task, queue: QueueDefinition) -> list[_ReplacedDataset]:
    with store.reading() as connection:
        datasets, submitted = queue_datasets(connection, queue.name), submitted_annotators(connection)
        items: dict[str, list[QueueItem]] = defaultdict(list)
        for item in queue_items(connection, queue.name):
            items[item.dataset].append(item)
    return [
        _ReplacedDataset(
            old,
            [
                one
                for one in items[old.name]
                if not one.withdrawn and len(submitted.get((old.name, one.record_id), ())) < old.overlap
            ],
            [one for one in items[old.name] if one.withdrawn and one.delivered],
        )
        for old in datasets
        if old.closed or old.options != option_values(task, queue, old.variant)
    ]


def _move(
    store: Store, task: Task, queue: QueueDefinition, old: QueueDataset, items: list[QueueItem], taken: Collection[str]
) -> str | None:
    """Close the old dataset and move these items to the current one, whose name is returned; None without items."""
    with store.writing() as connection:
        if not old.closed:
            update_dataset(connection, old.name, closed_at=utc_now())
        mark_undelivered(connection, old.name, list(taken))
        if not items:
            return None
        new = find_or_insert_dataset(connection, task, queue, old.variant)
        withdraw_items(connection, old.name, [item.record_id for item in items])
        copy_items(connection, items, new)
        return new
