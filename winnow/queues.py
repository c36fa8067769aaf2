"""Push and pull as a workspace does them: what is read, which Argilla is asked, what is written beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from filelock import FileLock, Timeout
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import select

from curation.folder import Folder
from curation.lots import NEVER, Lot, draw, lots, rule
from curation.queues import candidates as c
from curation.queues import places as p
from curation.queues.door import Door
from curation.queues.doubt import doubtful, joint
from curation.queues.model import Model
from curation.queues.opinions import opinions
from curation.queues.pace import Left, Person, left, people
from curation.queues.pull import Pulled, pull
from curation.queues.push import Order, choose_and_place, deliver, move_on
from curation.queues.questions import QUEUES, Queue
from curation.queues.review import open_records, to_review
from curation.serving.connection import Connection, connect
from curation.store import Store
from curation.store import tables as t
from curation.strategy import STRATEGIES, Strategy
from curation.task import Task
from curation.votes import votes_of
from curation.working import forgotten_ids, working_rows
from validators.faults import Fault, ServiceError, WinnowError

if TYPE_CHECKING:
    import pandas as pd

    from curation.embed import Embedder, Progress

LOCK_SECONDS = 120
DEFAULT_COUNT = 200
EVERYTHING = 10**9
IN_ORDER = ("relabel", "review")
"""Queues whose candidates come in the order in which they should be answered."""


@dataclass(frozen=True)
class Request:
    """What `winnow push` was asked for."""

    queue: str
    count: int | None = None
    """Records that shall wait in the queue; None: all in review and adjudicate, else DEFAULT_COUNT."""
    strategy: str = "random"
    people: tuple[str, ...] = ()
    second_look: float | None = None
    """Share that two people answer; None: the task's `review.second_reviewer_share` for label and review, else none."""
    handbook_url: str = ""
    whole: bool = False
    """review: refused lots are read whole, to rescue them."""

    def order(self, task: Task) -> tuple[Order, Strategy]:
        """Raises WinnowError for what cannot be done."""
        if self.queue not in QUEUES:
            raise WinnowError(Fault(f"push {self.queue}", "no such queue", ", ".join(QUEUES)))
        if self.strategy not in STRATEGIES:
            raise WinnowError(Fault("--strategy", repr(self.strategy), ", ".join(STRATEGIES), "correct --strategy"))
        if self.strategy != "random" and self.queue != "label":
            fix = "leave out --strategy"
            raise WinnowError(Fault(f"push {self.queue} --strategy", "only label has strategies", "random", fix))
        share = task.review.second_reviewer_share if self.queue in ("label", "review") else 0.0
        share = share if self.second_look is None else self.second_look
        if self.people and self.queue == "review":
            fix = "leave out --for"
            raise WinnowError(Fault("push review --for", "a sample has a blind share and second readers", "none", fix))
        if self.people and self.second_look:
            fix = "leave out one of the two"
            raise WinnowError(Fault("--for and --second-look", "an assigned record has one reader", "one", fix))
        queue = next(name for name in get_args(Queue) if name == self.queue)
        strategy = next(name for name in STRATEGIES if name == self.strategy)
        count = self.count or (EVERYTHING if queue in ("review", "adjudicate") else DEFAULT_COUNT)
        return Order(queue, count, strategy, tuple(dict.fromkeys(self.people)), share, self.whole), strategy


@dataclass(frozen=True)
class Pushed:
    """What a push did."""

    queue: str
    records: int
    """Records that are new in the queue."""
    datasets: dict[str, int]
    """New records by Argilla dataset."""
    blind: int
    """New ones without a suggestion: the hold-out reserve and the blind share; all where nobody could suggest."""
    waiting: int
    """Records of this queue that wait for an answer."""
    left: Left
    candidates: int
    """Records that the queue could still take."""
    unjudged: dict[str, int]
    """relabel: labels that are too rare to be judged, and how many families each has."""
    moved: list[tuple[str, str]]
    """Datasets whose labels have changed, and where their records went."""
    url: str
    handbook: str

    def json(self) -> dict[str, Any]:
        """The shape of `push --json`."""
        return {
            "queue": self.queue,
            "records": self.records,
            "decisions": 0,
            "waiting": self.waiting,
            "datasets": self.datasets,
            "blind": self.blind,
            "candidates": self.candidates,
            "minutes": self.left.minutes,
            "unjudged": self.unjudged,
            "moved": [list(pair) for pair in self.moved],
            "url": self.url,
            "handbook": self.handbook,
        }


@dataclass(frozen=True)
class PullReport:
    """What a pull brought, who did how much, and what is left."""

    pulled: Pulled
    people: list[Person]
    left: Left
    unsettled: int
    """Records that wait for an adjudicator and stand in no queue yet."""
    ruled: list[Lot]
    """Lots that were decided just now."""
    unread: int
    """Records that lots ask for, to be decided."""
    url: str

    @property
    def next(self) -> str:
        """The next sensible command."""
        if self.unsettled:
            return "winnow push adjudicate"
        if self.unread and not self.left.waiting.records.get("review"):
            return "winnow push review"
        return "winnow pull (when more was answered)" if self.left.waiting.answers else "winnow check"

    def json(self) -> dict[str, Any]:
        """The shape of `pull --json`."""
        return {
            "queue": "all",
            "records": len(self.pulled.records),
            "decisions": self.pulled.decisions,
            "waiting": sum(self.left.waiting.records.values()),
            "answers": self.pulled.answers,
            "discarded": self.pulled.discarded,
            "by_queue": dict(self.pulled.by_queue),
            "people": [
                {
                    "name": one.name,
                    "new": self.pulled.by_person[one.name],
                    "answers": one.answers,
                    "discarded": one.discarded,
                    "seconds": one.seconds,
                }
                for one in self.people
            ],
            "left": {"records": self.left.waiting.records, "answers": self.left.waiting.answers},
            "minutes": self.left.minutes,
            "unsettled": self.unsettled,
            "ruled": [one.json() for one in self.ruled],
            "flagged": self.pulled.flagged,
            "not_understood": dict(self.pulled.not_understood),
            "missing_datasets": self.pulled.missing,
            "url": self.url,
        }


@dataclass(frozen=True)
class Desk:
    """A workspace's things that pushing and pulling need."""

    folder: Folder
    store: Store
    read_task: Callable[[], Task]

    @cached_property
    def task(self) -> Task:
        """The task file as it was when the work began."""
        return self.read_task()

    def push(
        self, request: Request, embedder: Embedder, conflicts: Callable[[], pd.DataFrame], progress: Progress | None
    ) -> Pushed:
        """Fill a queue and bring it to Argilla. `conflicts` measures near pairs under different labels."""
        order, strategy = request.order(self.task)
        at = connect(self.folder.server)
        with self._alone():
            door = Door(at.url, at.key)
            members = door.members(at.workspace)
            _check_people(order.people, members)
            if len(members) < 2 and request.second_look is None:
                order = replace(order, second_look=0.0)  # nobody is there for a second look
            self._sweep(door, embedded=at.embedded)
            pull(self.store, self.read_task, door)  # what was answered stays where it is
            self._rule()
            self._free_assigned(door, order.queue, at.workspace)
            found, model = self._read(request, order.queue, embedder, conflicts, progress)
            moved = move_on(self.store, self.task, order.queue)

            def choose(free: Sequence[c.Candidate], ranks: list[int], count: int) -> list[int]:
                if order.queue == "label":
                    return model.choose(strategy, free, ranks, count)
                listed = list(range(len(free)))
                return (listed if order.queue in IN_ORDER else sorted(listed, key=ranks.__getitem__))[:count]

            self._take_back(door, order.queue, found)
            suggest = model.suggest if order.queue == "label" else None
            new, blind = choose_and_place(self.store, self.task, order, found, choose=choose, suggest=suggest)
            address, page = self._handbook(request, at)
            deliver(
                self.store,
                self.task,
                order.queue,
                door,
                workspace=at.workspace,
                candidates={one.record_id: one for one in found},
                embed=model.embed,
                handbook=address,
            )
        with self.store.reading() as connection:
            todo = left(connection, people(connection))
        return Pushed(
            queue=order.queue,
            records=sum(new.values()),
            datasets=new,
            blind=blind,
            waiting=todo.waiting.records.get(order.queue, 0),
            left=todo,
            candidates=sum(one.record_id not in model.queued for one in found) - sum(new.values()),
            unjudged=dict(model.unjudged),
            moved=moved,
            url=at.url,
            handbook=str(page),
        )

    def pull(self) -> PullReport:
        """Bring answers back as decisions."""
        at = connect(self.folder.server)
        with self._alone():
            door = Door(at.url, at.key)
            self._sweep(door, embedded=at.embedded)
            pulled = pull(self.store, self.read_task, door)
            ruled, unsettled, unread = self._rule()
        with self.store.reading() as connection:
            done = people(connection)
            todo = left(connection, done)
        return PullReport(pulled, done, todo, unsettled, ruled, unread, at.url)

    def _rule(self) -> tuple[list[Lot], int, int]:
        """Write down what the looks at lots have decided; also how many records wait for a lead, and for reviewers."""
        with self.store.writing() as connection:
            rows = working_rows(connection)
            standing = lots(connection, rows, waits=open_records(connection))
            ruled = rule(connection, standing)
            now = {lot.id: lot for lot in (*standing, *ruled)}
            unread = sum(len(lot.needed()) for lot in now.values())
            return ruled, len(unsettled_records(connection, rows)), unread

    def forget(self, record: str) -> list[str]:
        """Delete a forgotten record from Argilla; returns the datasets that still hold it, their server being away."""
        with self._alone():  # a push that runs may be about to send it
            if not self._held({record}):
                return []
            try:
                at = connect(self.folder.server)
                self._sweep(Door(at.url, at.key), embedded=at.embedded)
            except ServiceError:
                pass
            return sorted({name for name, _, _ in self._held({record})})

    def _held(self, records: Set[str]) -> list[tuple[str, str, str]]:
        with self.store.reading() as connection:
            return p.held(connection, records)

    def _sweep(self, door: Door, *, embedded: bool) -> None:
        """Delete what Argilla still holds of forgotten records, and items that quote them.

        A dataset that the embedded server does not have is gone; that another server does not have may be elsewhere.
        """
        with self.store.reading() as connection:
            gone = forgotten_ids(connection)
        for dataset, server_id, record in self._held(gone):
            there = door.find(server_id)
            if there:
                door.delete(server_id, [record], answered=True)
            if there or embedded:
                with self.store.writing() as connection:
                    p.mark_delivered(connection, dataset, [record], at=None)

    def _free_assigned(self, door: Door, queue: Queue, workspace: str) -> None:
        """What waits for somebody who was removed may go to others."""
        members = door.members(workspace)
        with self.store.writing() as connection:
            given = p.answered(connection)
            for dataset in p.datasets(connection, queue):
                if dataset.assignee and dataset.assignee not in members:
                    waits = [s for s in p.places(connection, queue) if s.dataset == dataset.name and not s.withdrawn]
                    free = [s.record_id for s in waits if not given.get((s.dataset, s.record_id))]
                    p.withdraw(connection, dataset.name, free)

    def _take_back(self, door: Door, queue: Queue, found: Sequence[c.Candidate]) -> None:
        """Delete what nobody has to answer any more and nobody has touched: retracted, or decided elsewhere."""
        wanted = {one.record_id for one in found}
        with self.store.reading() as connection:
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
            with self.store.writing() as connection:
                p.mark_delivered(connection, dataset, gone, at=None)
                p.withdraw(connection, dataset, gone)

    def _read(
        self,
        request: Request,
        queue: Queue,
        embedder: Embedder,
        conflicts: Callable[[], pd.DataFrame],
        progress: Progress | None,
    ) -> tuple[list[c.Candidate], Model]:
        """The candidates of a queue and a model, of one moment. Reviewing draws the lots that are not drawn yet."""
        torn = conflicts() if queue == "relabel" else None
        with self.store.reading() as connection:
            model = Model(
                rows=working_rows(connection),
                queued=frozenset(place.record_id for place in p.places(connection, queue) if not place.withdrawn),
                labels=self.task.label_names,
                near=self.task.gates.duplicates.cosine,
                embedder=embedder,
                vectors_cache=self.folder.vectors,
                progress=progress,
            )
            if queue == "adjudicate":
                titles = {row.id: row.name for row in connection.execute(select(t.source.c.id, t.source.c.name))}
                votes, comments, said = votes_of(connection), p.comments(connection), opinions(connection, self.task)
        if queue == "adjudicate":
            unsure = doubtful(joint(said, model.probabilities))
            return c.to_adjudicate(model.rows, votes, titles, comments, unsure.keys()), model
        if queue == "review":
            return self._to_review(model, whole=request.whole)
        if torn is not None:
            doubted, unjudged = model.doubted()
            return _joined(c.to_relabel(model.rows, torn), doubted), replace(model, unjudged=unjudged)
        return (c.to_audit(model.rows) if queue == "audit" else c.to_label(model.rows)), model

    def _to_review(self, model: Model, *, whole: bool) -> tuple[list[c.Candidate], Model]:
        """What lots ask for. Those that are not drawn yet are drawn, from the rows of the same moment."""
        with self.store.writing() as connection:
            model = replace(model, rows=working_rows(connection))
            draw(connection, model.rows, key=self.task.splits.key, review=self.task.review)
            standing = lots(connection, model.rows, waits=open_records(connection))
            rescued_at = NEVER if whole else p.rescued_at(connection)
        suspects: dict[str, tuple[str, tuple[str, ...]]] = {}
        for lot in standing:
            beside = {record: lot.proposed[record] for record in lot.beside()}
            suspects |= model.suspects(beside, most=len(lot.defective) + lot.ruling.more or len(lot.judged))
        return to_review(standing, model.rows, suspects, self.task, rescued_at=rescued_at), model

    def _handbook(self, request: Request, at: Connection) -> tuple[str | None, Path]:
        """The address under which annotators find the handbook, None where nobody told us, and the file."""
        from reports.handbook import write_handbook

        page = write_handbook(self.task, self.folder.reports / "handbook.html")
        if not at.embedded:
            return request.handbook_url or None, page
        secret = (self.folder.server / "secret").read_bytes()
        name = f"{hashlib.sha256(b'handbook' + secret).hexdigest()[:24]}.html"
        write_handbook(self.task, self.folder.server / "handbook" / name)
        return request.handbook_url or f"/handbook/{name}", page

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One push or pull at a time: both tell Argilla what stands where."""
        lock = FileLock(self.folder.state / "queues.lock", timeout=LOCK_SECONDS)
        try:
            with lock:
                yield
        except Timeout as error:
            found, fix = "another push or pull is at work", "wait for it to end, then run it again"
            raise ServiceError(Fault(str(self.folder.root), found, "", fix)) from error


def _joined(first: Sequence[c.Candidate], then: Sequence[c.Candidate]) -> list[c.Candidate]:
    """Both, without those that come again."""
    known = {one.record_id for one in first}
    return [*first, *(one for one in then if one.record_id not in known)]


def _check_people(names: Sequence[str], members: Set[str]) -> None:
    """Raises WinnowError for assignees who may not label."""
    faults = [
        Fault(f"--for {name}", "nobody of this name may label", "", f"run `winnow annotators add {name}`")
        for name in names
        if name not in members
    ]
    if faults:
        raise WinnowError(faults)


def unsettled_records(connection: SqlConnection, rows: c.Rows) -> list[str]:
    """Records that wait for an adjudicator and do not stand in the adjudicate queue."""
    placed = {place.record_id for place in p.places(connection, "adjudicate") if not place.withdrawn}
    found = c.to_adjudicate(rows, votes_of(connection, of_people=True), {}, {})
    return [one.record_id for one in found if one.record_id not in placed]
