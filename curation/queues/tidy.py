"""What must leave Argilla, and what may go to other people."""

from __future__ import annotations

from collections.abc import Set

from curation.queues import places as p
from curation.queues.door import Door
from curation.queues.questions import Queue
from curation.store import Store
from curation.working import forgotten_ids


def sweep(store: Store, door: Door, *, embedded: bool) -> None:
    """Delete what Argilla still holds of forgotten records, and items that quote them.

    A dataset that the embedded server does not have is gone; that another server does not have may be elsewhere.
    """
    with store.reading() as connection:
        gone = forgotten_ids(connection)
    for dataset, server_id, record in held(store, gone):
        there = door.find(server_id)
        if there:
            door.delete(server_id, [record], answered=True)
        if there or embedded:
            with store.writing() as connection:
                p.mark_delivered(connection, dataset, [record], at=None)


def held(store: Store, records: Set[str]) -> list[tuple[str, str, str]]:
    """Where Argilla holds any of these records, or quotes one."""
    with store.reading() as connection:
        return p.held(connection, records)


def free_assigned(store: Store, queue: Queue, members: Set[str]) -> None:
    """What waits for somebody who was removed may go to others."""
    with store.writing() as connection:
        given = p.answered(connection)
        for dataset in p.datasets(connection, queue):
            if dataset.assignee and dataset.assignee not in members:
                waits = [s for s in p.places(connection, queue) if s.dataset == dataset.name and not s.withdrawn]
                free = [s.record_id for s in waits if not given.get((s.dataset, s.record_id))]
                p.withdraw(connection, dataset.name, free)


def take_back(store: Store, door: Door, queue: Queue, wanted: Set[str]) -> None:
    """Delete what is not wanted any more and nobody has touched: it was retracted, or decided elsewhere."""
    with store.reading() as connection:
        given = p.answered(connection)
        known = {one.name: one.server_id for one in p.datasets(connection, queue)}
        stale: dict[str, list[str]] = {}
        for place in p.places(connection, queue):
            key = (place.dataset, place.record_id)
            if place.delivered and not place.withdrawn and place.record_id not in wanted and not given.get(key):
                stale.setdefault(place.dataset, []).append(place.record_id)
    for dataset, records in stale.items():
        server_id = known[dataset]
        if server_id is None or not door.find(server_id):
            continue
        gone = door.delete(server_id, records, answered=False)
        with store.writing() as connection:
            p.mark_delivered(connection, dataset, gone, at=None)
            p.withdraw(connection, dataset, gone)
