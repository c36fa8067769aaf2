"""Push: choose what people should see next, note where it goes, then bring it to Argilla.

First the choice is written down, then it is delivered: a push that was killed is finished by the next one, and pushing
twice adds nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from curation.chance import chance
from curation.clock import now
from curation.embed import Vectors
from curation.queues import places as p
from curation.queues.candidates import Candidate, ranks
from curation.queues.door import Door, Item, Shape
from curation.queues.guidelines import closed_note, guidelines
from curation.queues.questions import VISIBLE, Queue, asked, options
from curation.serving.people import LEADS
from curation.store import Store
from curation.store import tables as t
from curation.task import Task

CONTEXT = {"relabel": "What is known", "adjudicate": "What was said", "review": "Proposed"}
FOR_LEADS = ("adjudicate",)
"""Queues that annotators do not see: what they say there would outrank everybody."""
Embed = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors."""
Suggest = Callable[[Sequence[str]], list[tuple[str, float, str]]]
"""Texts to label, probability and agent."""
Choose = Callable[[Sequence[Candidate], list[int], int], list[int]]
"""Candidates, their random ranks and how many: positions of the chosen."""


@dataclass(frozen=True)
class Order:
    """What a push is asked to do."""

    queue: Queue
    count: int
    """Records that should wait in the queue afterwards."""
    strategy: str
    people: tuple[str, ...] = ()
    """One dataset each; empty: one for all."""
    second_look: float = 0.0
    """Share of the records that two people answer."""
    whole: bool = False
    """review: refused lots are read whole."""


def choose_and_place(
    store: Store,
    task: Task,
    order: Order,
    candidates: Sequence[Candidate],
    *,
    choose: Choose,
    suggest: Suggest | None,
) -> tuple[dict[str, int], int]:
    """Fill a queue up to `order.count` waiting records; returns the new ones by dataset, and how many are blind.

    Nothing changes when as many wait already. `suggest` None: nobody is shown a suggestion.
    """
    with store.reading() as connection:
        taken = {place.record_id for place in p.places(connection, order.queue) if not place.withdrawn}
        missing = order.count - p.waiting(connection).records.get(order.queue, 0)
    free = [one for one in candidates if one.record_id not in taken]
    chosen: list[Candidate] = []
    if missing > 0 and free:
        chosen = [free[i] for i in choose(free, ranks(free, task.splits.key, order.queue), missing)]
    if not chosen:
        return {}, 0
    train = [one for one in chosen if suggest and one.reserve == "train"]
    made = suggest([one.text for one in train]) if suggest and train else []
    told = {one.record_id: suggestion for one, suggestion in zip(train, made, strict=False)}
    blind = {one.record_id for one in chosen if one.record_id not in told or _is_blind(one, task)}
    with store.writing() as connection:
        return _place(connection, task, order, chosen, told, blind), len(blind)


def _is_blind(one: Candidate, task: Task) -> bool:
    """Whether a record belongs to the blind share of train, which shows how far suggestions pull."""
    return chance(task.splits.key, "blind", one.record_id) < task.review.blind_share


def _place(
    connection: Connection,
    task: Task,
    order: Order,
    chosen: Sequence[Candidate],
    told: Mapping[str, tuple[str, float, str]],
    blind: Set[str],
) -> dict[str, int]:
    """Note where each record goes and what is suggested there. No model ever looks at hold-out."""
    settings = {name: value for name, value in asdict(order).items() if name != "queue"}
    values = {"queue": order.queue, "settings": json.dumps(settings), "labels": labels_of(task), "at": now()}
    push = connection.execute(t.push.insert().values(**values)).inserted_primary_key
    counts: dict[str, int] = {}
    open_: dict[p.Sort, str] = {}
    rows = []
    for number, one in enumerate(chosen):
        sort = _sort_of(task, order, one, number)
        if sort not in open_:
            open_[sort] = _open_dataset(connection, task, order.queue, sort)
        dataset = open_[sort]
        label, score, agent = told.get(one.record_id, (None, None, None))
        counts[dataset] = counts.get(dataset, 0) + 1
        rows.append(
            {
                "dataset": dataset,
                "record_id": one.record_id,
                "queue": order.queue,
                "push_id": push[0] if push else None,
                "label_then": one.label_then,
                "suggestion": None if one.record_id in blind else label,
                "score": score,
                "agent": agent,
                "withheld": label if one.record_id in blind else None,
                "quotes": json.dumps(one.quotes),
                "delivered_at": None,
                "withdrawn_at": None,
                "at": values["at"],
            }
        )
    _put(connection, rows)
    return counts


def _put(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Note places; a record that once left a dataset may come back to it."""
    new = insert(t.queued)
    changed = {column.name: new.excluded[column.name] for column in t.queued.columns if not column.primary_key}
    connection.execute(new.on_conflict_do_update(index_elements=["dataset", "record_id"], set_=changed), rows)


def labels_of(task: Task) -> str:
    """The labels with their descriptions, as a push remembers them."""
    return json.dumps([label.model_dump() for label in task.labels], ensure_ascii=False)


def _sort_of(task: Task, order: Order, one: Candidate, number: int) -> p.Sort:
    """Which dataset of the queue a record goes to."""
    if order.people:
        return p.Sort(assignee=order.people[number % len(order.people)])
    if one.kind != "open":
        return p.Sort(kind=one.kind)
    second = chance(task.splits.key, "second look", one.record_id) < order.second_look
    return p.Sort(overlap=2 if second else 1)


def _open_dataset(connection: Connection, task: Task, queue: Queue, sort: p.Sort) -> str:
    """The name of the open dataset of this sort, entered when there is none.

    Argilla cannot add options to a question: other labels need another dataset.
    """
    wanted = _fingerprint(task, queue, sort)
    same = [d for d in p.datasets(connection, queue) if d.sort == sort]
    for known in same:
        if not known.closed and known.options == wanted:
            return known.name
    name = sort.name(queue) + (f" ({len(same) + 1})" if same else "")  # no person's name holds a space
    p.enter_dataset(connection, name, queue, sort, wanted)
    return name


def _fingerprint(task: Task, queue: Queue, sort: p.Sort) -> tuple[str, ...]:
    return tuple(sorted(options(task, queue, sort.kind)))


def move_on(store: Store, task: Task, queue: Queue) -> list[tuple[str, str]]:
    """Where labels have changed: records that nobody has answered move to a dataset with the labels of today.

    Returns old and new names. Nothing is deleted: an answer that is given in the old one all the same still counts.
    """
    moved = []
    with store.writing() as connection:
        given = p.answered(connection)
        standing = [place for place in p.places(connection, queue) if not place.withdrawn]
        for old in p.datasets(connection, queue):
            if old.closed or old.options == _fingerprint(task, queue, old.sort):
                continue
            left = [s for s in standing if s.dataset == old.name and not given.get((old.name, s.record_id))]
            p.set_dataset(connection, old.name, closed_at=now())
            new = _open_dataset(connection, task, queue, old.sort)
            p.withdraw(connection, old.name, [place.record_id for place in left])
            _copy(connection, left, new)
            moved.append((old.name, new))
    return moved


def _copy(connection: Connection, left: Sequence[p.Place], new: str) -> None:
    """Places in another dataset; suggestions by a model that did not know the new labels stay behind."""
    moved = {(place.dataset, place.record_id) for place in left}
    told = {"delivered_at": None, "withdrawn_at": None, "suggestion": None, "score": None, "withheld": None}
    stored = connection.execute(select(t.queued).where(t.queued.c.dataset.in_({place.dataset for place in left})))
    rows = [{**row._mapping, **told, "dataset": new} for row in stored if (row.dataset, row.record_id) in moved]
    if rows:
        _put(connection, rows)


def deliver(
    store: Store,
    task: Task,
    queue: Queue,
    door: Door,
    *,
    workspace: str,
    candidates: Mapping[str, Candidate],
    embed: Embed,
    handbook: str | None,
) -> None:
    """Bring everything that has been placed in a queue, and has not arrived, to Argilla.

    `candidates` has the texts, by record; what is none any more has left the queue. What has arrived is noted bulk by
    bulk: a kill costs at most one bulk, which is sent again and arrives once.
    """
    with store.reading() as connection:
        known = p.datasets(connection, queue)
        before = p.push_with_other_labels(connection, queue, labels_of(task))
    text = guidelines(task, queue, before=before, handbook=handbook)
    for dataset in known:
        if dataset.closed:
            _close(door, dataset, known)
            continue
        lost = not door.find(dataset.server_id)
        with store.writing() as connection:
            if lost:
                _send_again(connection, dataset)
            todo = [place for place in p.places(connection, queue) if place.dataset == dataset.name]
            todo = [place for place in todo if not (place.delivered or place.withdrawn)]
            p.withdraw(connection, dataset.name, [one.record_id for one in todo if one.record_id not in candidates])
        shown = candidates
        if dataset.kind == "blind":
            shown = {record: replace(one, context=None) for record, one in candidates.items()}
        items = _items([one for one in todo if one.record_id in candidates], shown, embed)
        if lost and not items:
            continue
        server_id = dataset.server_id or ""
        if lost:
            server_id = _make(store, task, door, dataset, workspace=workspace, text=text, width=len(items[0].vector))
        else:
            door.let_in(workspace_of(workspace, queue, dataset.assignee), dataset.assignee)
            door.guide(server_id, text)
        for arrived in door.upload(server_id, items) if items else ():
            with store.writing() as connection:
                p.mark_delivered(connection, dataset.name, arrived, at=now())


def _send_again(connection: Connection, dataset: p.QueueDataset) -> None:
    """What a server has lost and people have not finished has to be sent again."""
    given = p.answered(connection)
    lost = [s.record_id for s in p.places(connection, dataset.queue) if s.dataset == dataset.name and s.delivered]
    unfinished = [r for r in lost if len(given.get((dataset.name, r), ())) < dataset.overlap]
    p.mark_delivered(connection, dataset.name, unfinished, at=None)


def _close(door: Door, dataset: p.QueueDataset, known: Sequence[p.QueueDataset]) -> None:
    later = [d for d in known if d.sort == dataset.sort and not d.closed]
    if later and dataset.server_id and door.find(dataset.server_id):
        door.guide(dataset.server_id, closed_note(later[-1].name, now()))


def _make(
    store: Store, task: Task, door: Door, dataset: p.QueueDataset, *, workspace: str, text: str, width: int
) -> str:
    """Make a dataset on the server and remember its id."""
    queue = dataset.queue
    place = workspace_of(workspace, queue, dataset.assignee)
    door.let_in(place, dataset.assignee)
    shape = Shape(
        name=dataset.name,
        workspace=place,
        questions=asked(task, queue, dataset.kind),
        visible=VISIBLE,
        context=None if dataset.kind == "blind" else CONTEXT.get(queue),
        overlap=dataset.overlap,
        dimensions=width,
    )
    made = door.make(shape, text)
    with store.writing() as connection:
        p.set_dataset(connection, dataset.name, server_id=made, seen_until=None)
    return made


def workspace_of(workspace: str, queue: str, assignee: str | None) -> str:
    """The Argilla workspace of a dataset; who is not in it does not see it."""
    if queue in FOR_LEADS:
        return workspace + LEADS
    return f"{workspace}-for-{assignee}" if assignee else workspace


def _items(todo: Sequence[p.Place], candidates: Mapping[str, Candidate], embed: Embed) -> list[Item]:
    shown = [candidates[place.record_id] for place in todo]
    vectors: Any = embed([one.text for one in shown]) if shown else []
    items = []
    for place, one, vector in zip(todo, shown, vectors, strict=True):
        suggestion = None
        if place.suggestion is not None:
            suggestion = (place.suggestion, float(place.score or 0), place.agent or "")
        items.append(Item(one.record_id, one.text, one.context, one.weight, vector.tolist(), suggestion))
    return items
