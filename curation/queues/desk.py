"""The desk: push and pull as a workspace does them, with which Argilla is asked and what is written beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import select

from curation.focus import FILE, Focus, read_focus
from curation.folder import Folder
from curation.generation.candidates import suspicions
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
from curation.queues.questions import Queue
from curation.queues.request import Request
from curation.queues.review import open_records, to_review
from curation.queues.tidy import free_assigned, held, sweep, take_back
from curation.serving.connection import Connection, connect
from curation.store import Store
from curation.store import tables as t
from curation.task import Task
from curation.votes import votes_of
from curation.working import working_rows
from validators.faults import Fault, ServiceError, WinnowError

if TYPE_CHECKING:
    import pandas as pd

    from curation.embed import Embedder, Progress

LOCK_SECONDS = 120
IN_ORDER = ("relabel", "review")
"""Queues whose candidates come in the order in which they should be answered."""


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
    write_handbook: Callable[[Task, Path], Path]
    """Draws the annotators' handbook."""

    @cached_property
    def task(self) -> Task:
        """The task file as it was when the work began."""
        return self.read_task()

    def push(
        self, request: Request, embedder: Embedder, conflicts: Callable[[], pd.DataFrame], progress: Progress | None
    ) -> Pushed:
        """Fill a queue and bring it to Argilla. `conflicts` measures near pairs under different labels."""
        order, strategy = request.order(self.task)
        focus = self._focus(order)
        at = connect(self.folder.server)
        with self._alone():
            door = Door(at.url, at.key)
            members = door.members(at.workspace)
            _check_people(order.people, members)
            if len(members) < 2 and request.second_look is None:
                order = replace(order, second_look=0.0)  # nobody is there for a second look
            sweep(self.store, door, embedded=at.embedded)
            pull(self.store, self.read_task, door)  # what was answered stays where it is
            self._rule()
            free_assigned(self.store, order.queue, members)
            found, model = self._read(request, order.queue, embedder, conflicts, focus, progress)
            moved = move_on(self.store, self.task, order.queue)

            def choose(free: Sequence[c.Candidate], ranks: list[int], count: int) -> list[int]:
                if order.queue == "label":
                    return model.choose(strategy, free, ranks, count)
                listed = list(range(len(free)))
                return (listed if order.queue in IN_ORDER else sorted(listed, key=ranks.__getitem__))[:count]

            take_back(self.store, door, order.queue, {one.record_id for one in found})
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
            sweep(self.store, door, embedded=at.embedded)
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
            if not held(self.store, {record}):
                return []
            try:
                at = connect(self.folder.server)
                sweep(self.store, Door(at.url, at.key), embedded=at.embedded)
            except ServiceError:
                pass
            return sorted({name for name, _, _ in held(self.store, {record})})

    def _read(
        self,
        request: Request,
        queue: Queue,
        embedder: Embedder,
        conflicts: Callable[[], pd.DataFrame],
        focus: Focus | None,
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
                focus=focus,
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
            found = _joined(model.in_focus(), _joined(c.to_relabel(model.rows, torn), doubted))
            return found, replace(model, unjudged=unjudged)
        return (c.to_audit(model.rows) if queue == "audit" else c.to_label(model.rows)), model

    def _focus(self, order: Order) -> Focus | None:
        """What the last feedback found, for who uses it. Raises WinnowError where it is asked for and there is none."""
        path = self.folder.state / FILE
        if order.strategy == "feedback" or (order.queue == "relabel" and path.exists()):
            return read_focus(path).within(self.task.label_names)
        return None

    def _to_review(self, model: Model, *, whole: bool) -> tuple[list[c.Candidate], Model]:
        """What lots ask for. Those that are not drawn yet are drawn, from the rows of the same moment."""
        with self.store.writing() as connection:
            model = replace(model, rows=working_rows(connection))
            draw(connection, model.rows, key=self.task.splits.key, review=self.task.review)
            standing = lots(connection, model.rows, waits=open_records(connection))
            rescued_at = NEVER if whole else p.rescued_at(connection)
            suspected = suspicions(connection)
        suspects: dict[str, tuple[str, tuple[str, ...]]] = {}
        for lot in standing:
            beside = {record: lot.proposed[record] for record in lot.beside()}
            suspects |= {record: suspected.pop(record) for record in beside if record in suspected}
            found = model.suspects(beside, most=len(lot.defective) + lot.ruling.more or len(lot.judged))
            suspects = found | suspects
        return to_review(standing, model.rows, suspects, self.task, rescued_at=rescued_at), model

    def _handbook(self, request: Request, at: Connection) -> tuple[str | None, Path]:
        """The address under which annotators find the handbook, None where nobody told us, and the file."""
        page = self.write_handbook(self.task, self.folder.reports / "handbook.html")
        if not at.embedded:
            return request.handbook_url or None, page
        secret = (self.folder.server / "secret").read_bytes()
        name = f"{hashlib.sha256(b'handbook' + secret).hexdigest()[:24]}.html"
        self.write_handbook(self.task, self.folder.server / "handbook" / name)
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
