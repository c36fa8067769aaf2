"""Pull: what people said in Argilla comes back as decisions, once.

Every state of an answer has a time of its own, so that reading it again changes nothing, and an edited answer is a new
decision. What was read before Argilla went away is kept.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from curation.clock import now
from curation.queues import places as p
from curation.queues.door import Answer, Door
from curation.queues.questions import FLAGS, decided
from curation.rename import renamings
from curation.store import Store
from curation.store import tables as t
from curation.task import Task
from curation.working import forgotten_ids
from validators.faults import ServiceError

ReadTask = Callable[[], Task]
"""Reads the task file."""
SETTLED = 60.0
"""Seconds after which an answer is surely found by a search: Elasticsearch finds new ones a moment later."""


@dataclass
class Pulled:
    """What a pull brought."""

    answers: int = 0
    """New or edited answers."""
    decisions: int = 0
    discarded: int = 0
    records: set[str] = field(default_factory=set)
    """Records that the answers are about."""
    by_person: Counter[str] = field(default_factory=Counter)
    """New answers by name."""
    by_queue: Counter[str] = field(default_factory=Counter)
    flagged: dict[str, list[str]] = field(default_factory=dict)
    """Records that people flagged and that had no such flag, by flag."""
    missing: list[str] = field(default_factory=list)
    """Datasets that this server does not have."""
    not_understood: Counter[str] = field(default_factory=Counter)
    """Answers that decide nothing, by reason."""

    def count(self, queue: str, answer: Answer) -> None:
        """Count one answer in."""
        self.answers += 1
        self.discarded += answer.status == "discarded"
        self.records.add(answer.record_id)
        self.by_person[answer.who] += 1
        self.by_queue[queue] += 1


def pull(store: Store, task: ReadTask, door: Door) -> Pulled:
    """Read the answers of every dataset that has new ones, and decide by them, in one transaction.

    When Argilla goes away midway, what came in until then is kept and the ServiceError raised.
    """
    with store.reading() as connection:
        known = [one for one in p.datasets(connection) if one.server_id]
    read: list[tuple[p.QueueDataset, Answer]] = []
    seen: dict[str, str] = {}
    missing: list[str] = []
    try:
        people = door.people() if known else {}
        for dataset in known:
            if not door.find(dataset.server_id):
                missing.append(dataset.name)
                continue
            active = door.active_at(str(dataset.server_id))
            if active is None or active == dataset.seen_until:
                continue
            for answer in door.answers(str(dataset.server_id), people):
                read.append((dataset, answer))
            if _seconds_ago(active) > SETTLED:
                seen[dataset.name] = active
    except ServiceError:
        enter(store, task, read, {})
        raise
    pulled = enter(store, task, read, seen)
    pulled.missing = missing
    return pulled


def enter(
    store: Store, task: ReadTask, read: Sequence[tuple[p.QueueDataset, Answer]], seen: Mapping[str, str]
) -> Pulled:
    """Store answers, and what they decide, in the order in which they were given. Known ones change nothing.

    The task is read inside the transaction: a label may be renamed while Argilla is being read.
    """
    with store.writing() as connection:
        fresh = _fresh(connection, read)
        entering = _Entering(connection, task(), {answer.record_id for _, answer in fresh})
        for dataset, answer in fresh:
            entering.enter(dataset, answer)
        for name, until in seen.items():
            if name not in entering.unread:
                p.set_dataset(connection, name, seen_until=until)
    return entering.pulled


def _seconds_ago(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def _fresh(
    connection: Connection, read: Iterable[tuple[p.QueueDataset, Answer]]
) -> list[tuple[p.QueueDataset, Answer]]:
    """Answers that are not stored yet, the earliest first."""
    columns = t.answer.c
    stored = select(columns.dataset, columns.record_id, columns.who, columns.answered_at)
    known = {tuple(row) for row in connection.execute(stored)}
    keyed = {(d.name, a.record_id, a.who, a.answered_at): (d, a) for d, a in read}
    new = [pair for key, pair in keyed.items() if key not in known]
    return sorted(new, key=lambda pair: (pair[1].answered_at, pair[1].record_id, pair[1].who))


class _Entering:
    """One transaction's answers on their way into the tables."""

    def __init__(self, connection: Connection, task: Task, records: set[str]) -> None:
        self.pulled = Pulled()
        self.connection = connection
        self.labels = task.label_names
        self.renamed = renamings(connection)
        self.places = {(place.dataset, place.record_id): place for place in p.places(connection)}
        self.gone = forgotten_ids(connection)
        self.unread: set[str] = set()
        self.latest: dict[tuple[str, str, str], tuple[str, str]] = {}
        self.turns: Counter[tuple[str, str, str, str]] = Counter()
        columns = t.decision.c
        query = select(columns.record_id, columns.actor, columns.who, columns.kind, columns.value).order_by(columns.id)
        for record, actor, who, kind, value in connection.execute(query):
            if record in records:
                self._stands(record, actor, who, kind, value)

    def _stands(self, record: str, actor: str, who: str, kind: str, value: str) -> None:
        self.latest[record, actor, who] = kind, value
        self.turns[record, who, kind, value] += 1

    def enter(self, dataset: p.QueueDataset, answer: Answer) -> None:
        """Store one answer, its flags and its decision."""
        place = self.places.get((dataset.name, answer.record_id))
        if place is None or answer.record_id in self.gone:
            self.pulled.not_understood["a record that was not pushed, or is forgotten"] += 1
            return
        try:
            kind, value = decided(answer.content, answer.status, self.labels, self.renamed, proposed=place.label_then)
        except KeyError as unknown:  # not stored, so that it counts once the task has the label
            self.pulled.not_understood[f"label {unknown}, which the task does not have"] += 1
            self.unread.add(dataset.name)
            return
        self.connection.execute(insert(t.answer).values(**_row(dataset, answer)))
        self.pulled.count(dataset.queue, answer)
        self._flag(answer)
        if dataset.assignee and answer.status == "discarded":  # nobody else sees it there: it may go to another
            p.withdraw(self.connection, dataset.name, [answer.record_id])
        actor = "adjudicator" if dataset.queue == "adjudicate" else "person"
        if self.latest.get((answer.record_id, actor, answer.who)) == (kind, value):
            return
        decision = {
            "record_id": answer.record_id,
            "actor": actor,
            "who": answer.who,
            "kind": kind,
            "value": value,
            "turn": self.turns[answer.record_id, answer.who, kind, value],
            "why": _why(dataset.queue, place),
            "at": answer.answered_at,
        }
        self.connection.execute(insert(t.decision).values(**decision))
        self._stands(answer.record_id, actor, answer.who, kind, value)
        self.pulled.decisions += 1

    def _flag(self, answer: Answer) -> None:
        """Set the flags of an answer, and take back those that the same person has unticked."""
        said = answer.content.get("flags") or ()
        for name in FLAGS:
            row = {"record_id": answer.record_id, "name": name, "detail": f"said by {answer.who}"}
            if name in said and answer.status == "submitted":
                stored = self.connection.execute(insert(t.flag).values(**row).on_conflict_do_nothing())
                if stored.rowcount:
                    self.pulled.flagged.setdefault(name, []).append(answer.record_id)
            else:
                self.connection.execute(delete(t.flag).filter_by(**row))


def _row(dataset: p.QueueDataset, answer: Answer) -> dict[str, Any]:
    return {
        "dataset": dataset.name,
        "record_id": answer.record_id,
        "who": answer.who,
        "status": answer.status,
        "content": json.dumps(answer.content, ensure_ascii=False),
        "begun_at": answer.begun_at,
        "answered_at": answer.answered_at,
        "at": now(),
    }


def _why(queue: str, place: p.Place) -> str:
    shown = f", suggested {place.suggestion}" if place.suggestion else ", nothing suggested"
    return f"queue {queue}{shown if queue == 'label' else ''}"
