"""Push: fill a queue and bring it to Argilla."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from sqlalchemy import select

from winnow.config.task import Task
from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.core.layout import WorkspaceFolder
from winnow.curation.annotations.confused_pairs import FEEDBACK_FILE, ConfusedPairs, read_confused_pairs
from winnow.curation.annotations.consensus import consensus_of_shared_records, records_to_adjudicate
from winnow.curation.labeling.argilla_client import ArgillaClient
from winnow.curation.labeling.cleanup import (
    copies_in_argilla,
    delete_forgotten,
    release_assignments,
    withdraw_stale_items,
)
from winnow.curation.labeling.dataset_migration import migrate_to_current_labels
from winnow.curation.labeling.delivery import deliver_queue
from winnow.curation.labeling.enqueue import EnqueueSpec, enqueue
from winnow.curation.labeling.queues.adjudicate import adjudicate_candidates, unqueued_disputes
from winnow.curation.labeling.queues.audit import audit_candidates
from winnow.curation.labeling.queues.definition import QueueCandidate, QueueName
from winnow.curation.labeling.queues.label import label_candidates
from winnow.curation.labeling.queues.relabel import conflict_candidates, without_repeats
from winnow.curation.labeling.queues.review import review_candidates
from winnow.curation.labeling.response_import import import_responses
from winnow.curation.labeling.response_table import latest_responses
from winnow.curation.labeling.server.connection import ArgillaConnection, connect_to_argilla
from winnow.curation.labeling.suggestions import QueueModel
from winnow.curation.labeling.throughput import RemainingWork, annotator_activity, remaining_work
from winnow.curation.review.lots import FAR_FUTURE, Lot, draw_lots, load_lots, record_verdicts
from winnow.curation.review.undecided import undecided_records
from winnow.curation.store.database import Store
from winnow.curation.store.decisions import votes_of
from winnow.curation.store.queue_items import queue_items, refused_lots_pushed_at
from winnow.curation.store.responses import latest_comments
from winnow.curation.store.suspected_errors import suspected_errors
from winnow.curation.store.tables import source
from winnow.curation.store.working_view import working_rows
from winnow.operations.pull import PullResult
from winnow.operations.push_request import PushRequest

if TYPE_CHECKING:
    import pandas as pd

    from winnow.core.progress import Progress
    from winnow.curation.engine.embedders.embedder import Embedder


LOCK_SECONDS = 120


ORDERED_QUEUES = ("relabel", "review")
"""Queues whose candidates come in the order in which they should be answered."""


@dataclass(frozen=True)
class PushResult:
    """What a push did."""

    queue: str
    records: int
    """Records that are new in the queue."""
    datasets: dict[str, int]
    """New records by Argilla dataset."""
    blind: int
    """New ones without a suggestion: the hold-out reserve and the blind share; all where nobody could suggest."""
    pending: int
    """Records of this queue that wait for an answer."""
    remaining: RemainingWork
    candidates: int
    """Records that the queue could still take."""
    unscored_labels: dict[str, int]
    """relabel: labels that are too rare to be judged, and how many groups each has."""
    migrated: list[tuple[str, str]]
    """Datasets whose labels have changed, and where their records went."""
    url: str
    handbook: str

    def json(self) -> dict[str, Any]:
        """The shape of `push --json`."""
        return {
            "queue": self.queue,
            "records": self.records,
            "decisions": 0,
            "pending": self.pending,
            "datasets": self.datasets,
            "blind": self.blind,
            "candidates": self.candidates,
            "minutes": self.remaining.minutes,
            "unscored_labels": self.unscored_labels,
            "migrated": [list(pair) for pair in self.migrated],
            "url": self.url,
            "handbook": self.handbook,
        }


@dataclass(frozen=True)
class LabelingService:
    """A workspace's things that pushing and pulling need."""

    folder: WorkspaceFolder
    store: Store
    read_task: Callable[[], Task]
    write_handbook: Callable[[Task, Path], Path]
    """Draws the annotators' handbook."""

    @cached_property
    def task(self) -> Task:
        """The task file as it was when the work began."""
        return self.read_task()

    def push(
        self, request: PushRequest, embedder: Embedder, conflicts: Callable[[], pd.DataFrame], progress: Progress | None
    ) -> PushResult:
        """Fill a queue and bring it to Argilla. `conflicts` measures near pairs under different labels."""
        spec, strategy = request.spec(self.task)
        focus = self._focus(spec)
        server = connect_to_argilla(self.folder.server)
        with self._exclusive():
            client = ArgillaClient(server.url, server.key)
            members = client.members(server.workspace)
            _check_annotators(spec.annotators, members)
            if len(members) < 2 and request.second_reviewer_share is None:
                spec = replace(spec, second_reviewer_share=0.0)  # nobody is there for a second look
            delete_forgotten(self.store, client, embedded=server.embedded)
            import_responses(self.store, self.read_task, client)  # what was answered stays where it is
            self._record_verdicts()
            release_assignments(self.store, spec.queue, members)
            found, model = self._read(request, spec.queue, embedder, conflicts, focus, progress)
            migrated = migrate_to_current_labels(self.store, self.task, spec.queue)

            def choose(free: Sequence[QueueCandidate], ranks: list[int], count: int) -> list[int]:
                if spec.queue == "label":
                    return model.choose(strategy, free, ranks, count)
                listed = list(range(len(free)))
                return (listed if spec.queue in ORDERED_QUEUES else sorted(listed, key=ranks.__getitem__))[:count]

            withdraw_stale_items(self.store, client, spec.queue, {one.record_id for one in found})
            suggest = model.suggest if spec.queue == "label" else None
            new, blind = enqueue(self.store, self.task, spec, found, choose=choose, suggest=suggest)
            address, page = self._handbook(request, server)
            deliver_queue(
                self.store,
                self.task,
                spec.queue,
                client,
                workspace=server.workspace,
                candidates={one.record_id: one for one in found},
                embed=model.embed,
                handbook=address,
            )
        with self.store.reading() as connection:
            remaining = remaining_work(connection, annotator_activity(connection))
        return PushResult(
            queue=spec.queue,
            records=sum(new.values()),
            datasets=new,
            blind=blind,
            pending=remaining.pending.records.get(spec.queue, 0),
            remaining=remaining,
            candidates=sum(one.record_id not in model.queued for one in found) - sum(new.values()),
            unscored_labels=dict(model.unscored_labels),
            migrated=migrated,
            url=server.url,
            handbook=str(page),
        )

    def pull(self) -> PullResult:
        """Bring answers back as decisions."""
        server = connect_to_argilla(self.folder.server)
        with self._exclusive():
            client = ArgillaClient(server.url, server.key)
            delete_forgotten(self.store, client, embedded=server.embedded)
            pulled = import_responses(self.store, self.read_task, client)
            decided_lots, unresolved, unreviewed = self._record_verdicts()
        with self.store.reading() as connection:
            done = annotator_activity(connection)
            remaining = remaining_work(connection, done)
        return PullResult(pulled, done, remaining, unresolved, decided_lots, unreviewed, server.url)

    def _record_verdicts(self) -> tuple[list[Lot], int, int]:
        """Write down what the looks at lots have decided; also how many records wait for a lead, and for reviewers."""
        with self.store.writing() as connection:
            rows = working_rows(connection)
            current_lots = load_lots(connection, rows, undecided=undecided_records(connection))
            decided_lots = record_verdicts(connection, current_lots)
            by_id = {lot.id: lot for lot in (*current_lots, *decided_lots)}
            unreviewed = sum(len(lot.records_to_review()) for lot in by_id.values())
            return decided_lots, len(unqueued_disputes(connection, rows)), unreviewed

    def forget(self, record: str) -> list[str]:
        """Delete a forgotten record from Argilla; returns the datasets that still hold it, their server being away."""
        with self._exclusive():  # a push that runs may be about to send it
            if not copies_in_argilla(self.store, {record}):
                return []
            try:
                server = connect_to_argilla(self.folder.server)
                delete_forgotten(self.store, ArgillaClient(server.url, server.key), embedded=server.embedded)
            except ServiceError:
                pass
            return sorted({name for name, _, _ in copies_in_argilla(self.store, {record})})

    def _read(
        self,
        request: PushRequest,
        queue: QueueName,
        embedder: Embedder,
        conflicts: Callable[[], pd.DataFrame],
        focus: ConfusedPairs | None,
        progress: Progress | None,
    ) -> tuple[list[QueueCandidate], QueueModel]:
        """The candidates of a queue and a model, of one moment. Reviewing draws the lots that are not drawn yet."""
        conflicting_pairs = conflicts() if queue == "relabel" else None
        with self.store.reading() as connection:
            model = QueueModel(
                rows=working_rows(connection),
                queued=frozenset(item.record_id for item in queue_items(connection, queue) if not item.withdrawn),
                labels=self.task.label_names,
                near=self.task.gates.duplicates.cosine,
                embedder=embedder,
                vectors_cache=self.folder.vectors,
                progress=progress,
                focus=focus,
            )
            if queue == "adjudicate":
                titles = {row.id: row.name for row in connection.execute(select(source.c.id, source.c.name))}
                votes, comments, responses = (
                    votes_of(connection),
                    latest_comments(connection),
                    latest_responses(connection, self.task),
                )
        if queue == "adjudicate":
            to_adjudicate = records_to_adjudicate(consensus_of_shared_records(responses, model.probabilities))
            return adjudicate_candidates(model.rows, votes, titles, comments, to_adjudicate.keys()), model
        if queue == "review":
            return self._to_review(model, include_refused=request.include_refused)
        if conflicting_pairs is not None:
            label_errors, unscored_labels = model.label_errors()
            found = without_repeats(
                model.confused_pair_candidates(),
                without_repeats(conflict_candidates(model.rows, conflicting_pairs), label_errors),
            )
            return found, replace(model, unscored_labels=unscored_labels)
        return (audit_candidates(model.rows) if queue == "audit" else label_candidates(model.rows)), model

    def _focus(self, spec: EnqueueSpec) -> ConfusedPairs | None:
        """What the last feedback found, for who uses it. Raises WinnowError where it is asked for and there is none."""
        path = self.folder.state / FEEDBACK_FILE
        if spec.strategy == "feedback" or (spec.queue == "relabel" and path.exists()):
            return read_confused_pairs(path).within(self.task.label_names)
        return None

    def _to_review(self, model: QueueModel, *, include_refused: bool) -> tuple[list[QueueCandidate], QueueModel]:
        """What lots ask for. Those that are not drawn yet are drawn, from the rows of the same moment."""
        with self.store.writing() as connection:
            model = replace(model, rows=working_rows(connection))
            draw_lots(connection, model.rows, key=self.task.splits.key, review=self.task.review)
            current_lots = load_lots(connection, model.rows, undecided=undecided_records(connection))
            refused_lots_pushed = FAR_FUTURE if include_refused else refused_lots_pushed_at(connection)
            suspected = suspected_errors(connection)
        error_evidence: dict[str, tuple[str, tuple[str, ...]]] = {}
        for lot in current_lots:
            outside_sample = {record: lot.proposed[record] for record in lot.outside_sample()}
            error_evidence |= {record: suspected.pop(record) for record in outside_sample if record in suspected}
            found = model.error_evidence(
                outside_sample, most=len(lot.defective) + lot.lot_decision.more or len(lot.reviewed)
            )
            error_evidence = found | error_evidence
        return review_candidates(
            current_lots, model.rows, error_evidence, self.task, refused_lots_pushed=refused_lots_pushed
        ), model

    def _handbook(self, request: PushRequest, server: ArgillaConnection) -> tuple[str | None, Path]:
        """The address under which annotators find the handbook, None where nobody told us, and the file."""
        page = self.write_handbook(self.task, self.folder.reports / "handbook.html")
        if not server.embedded:
            return request.handbook_url or None, page
        secret = (self.folder.server / "secret").read_bytes()
        name = f"{hashlib.sha256(b'handbook' + secret).hexdigest()[:24]}.html"
        self.write_handbook(self.task, self.folder.server / "handbook" / name)
        return request.handbook_url or f"/handbook/{name}", page

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """One push or pull at a time: both tell Argilla what stands where."""
        lock = FileLock(self.folder.state / "queues.lock", timeout=LOCK_SECONDS)
        try:
            with lock:
                yield
        except Timeout as error:
            found, fix = "another push or pull is at work", "wait for it to end, then run it again"
            raise ServiceError(Problem(str(self.folder.root), found, "", fix)) from error


def _check_annotators(names: Sequence[str], members: Set[str]) -> None:
    """Raises WinnowError for assignees who may not label."""
    problems = [
        Problem(f"--for {name}", "nobody of this name may label", "", f"run `winnow annotators add {name}`")
        for name in names
        if name not in members
    ]
    if problems:
        raise WinnowError(problems)
