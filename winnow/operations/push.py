"""Push: fill a queue and bring it to Argilla."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.hashing import stable_hash
from winnow.core.layout import WorkspaceFolder
from winnow.core.vocabulary import AcquisitionStrategy
from winnow.curation.annotations.confused_pairs import ConfusedPairs, read_confused_pairs
from winnow.curation.annotations.feedback_facts import FEEDBACK_FILE
from winnow.curation.labeling.cleanup import (
    delete_forgotten,
    release_assignments,
    take_back_records,
    withdraw_stale_items,
)
from winnow.curation.labeling.dataset_migration import migrate_to_current_labels
from winnow.curation.labeling.delivery import deliver_queue
from winnow.curation.labeling.enqueue import EnqueueSpec, enqueue
from winnow.curation.labeling.gold_records import gold_answers, gold_candidates, pushed_gold
from winnow.curation.labeling.kind_forms import kind_form
from winnow.curation.labeling.queues.candidate import QueueCandidate, without_repeats
from winnow.curation.labeling.queues.definition import QueueInputs
from winnow.curation.labeling.queues.label import LABEL
from winnow.curation.labeling.response_import import import_responses
from winnow.curation.labeling.response_table import latest_responses
from winnow.curation.labeling.server.connection import ArgillaConnection
from winnow.curation.labeling.session import argilla_session
from winnow.curation.labeling.session_context import with_earlier_turns
from winnow.curation.labeling.suggestions import QueueModel
from winnow.curation.labeling.throughput import RemainingWork, annotator_activity, remaining_work
from winnow.curation.review.lots import record_current_verdicts
from winnow.curation.store.database import Store
from winnow.curation.store.occurrences import session_occurrences
from winnow.curation.store.queue_items import queue_items
from winnow.curation.store.sources import source_names
from winnow.curation.store.working_view import working_rows
from winnow.operations._context import WorkspaceContext
from winnow.operations.check import measure
from winnow.operations.push_request import PushRequest
from winnow.reports.guidelines_page import write_guidelines
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    import pandas as pd

    from winnow.core.progress import Progress
    from winnow.curation.engine.embedders.embedder import Embedder


@dataclass(frozen=True)
class PushResult:
    """What a push did."""

    queue: str
    records: int
    """Records that this push wrote to Argilla: new ones, those that an interrupted push had left, and moved ones."""
    datasets: dict[str, int]
    """Written records by Argilla dataset."""
    blind: int
    """Written records without a suggestion: the hold-out, the blind share of train, or all if there is no model."""
    pending: int
    """Records of this queue that still need a response."""
    remaining: RemainingWork
    candidates: int
    """Records that could still be pushed."""
    unscored_labels: dict[str, int]
    """relabel: labels too rare for the model to find errors in, with their number of groups."""
    migrated: list[tuple[str, str]]
    """Datasets whose labels have changed, and where their records moved."""
    url: str
    guidelines_page: str
    """Path of the labeling guidelines page."""

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
            "remaining_minutes": self.remaining.minutes,
            "unscored_labels": self.unscored_labels,
            "migrated": [list(pair) for pair in self.migrated],
            "url": self.url,
            "guidelines_page": self.guidelines_page,
        }


def push(workspace: WorkspaceContext, request: PushRequest, *, progress: Progress | None = None) -> PushResult:
    """Fill a queue and bring it to Argilla.

    Raises ServiceError when no Argilla responds; what was chosen by then is delivered by the next push.
    """
    task, folder, store = workspace.task, workspace.folder, workspace.store
    embedder = workspace.embedder(task)

    def read_task() -> Task:
        return workspace.task

    def measure_conflicts() -> pd.DataFrame:
        return measure(workspace, workspace.task, progress=progress).check.conflicts

    spec = request.spec(task)
    queue = spec.queue
    focus = _confused_pairs(spec, folder, task)
    with argilla_session(folder, store) as session:
        client, connection = session.client, session.connection
        members = client.members(connection.workspace)
        _check_annotators(spec.annotators, members)
        session.ownership.check_names(queue, spec.annotators)
        if len(members) < 2 and request.second_reviewer_share is None:
            spec = replace(spec, second_reviewer_share=0.0)  # there is no second annotator
        delete_forgotten(store, session)
        # first, so that a record with a response keeps its dataset
        import_responses(store, read_task, client, workspace.scrubber)
        record_current_verdicts(store)
        release_assignments(store, queue, members)
        conflicts = measure_conflicts() if queue.uses_conflicts else None
        inputs = _read_inputs(spec, folder, store, task, embedder, conflicts, focus, progress)
        gold = _gold_candidates(store, spec, inputs)
        found = _with_sessions(store, task, inputs, [*queue.find_candidates(inputs), *gold])
        migrated = migrate_to_current_labels(store, task, queue, partial(take_back_records, client))
        withdraw_stale_items(store, client, queue, {one.record_id for one in found})
        suggest = inputs.model.suggest if queue.shows_suggestions else None
        unlabeled, gold = found[: len(found) - len(gold)], found[len(found) - len(gold) :]
        choose = partial(queue.choose, inputs)
        new = enqueue(store, task, spec, unlabeled, choose=choose, suggest=suggest, gold=gold)
        page = write_guidelines(task, folder.reports / "guidelines.html")
        delivered = deliver_queue(
            store,
            task,
            queue,
            session,
            candidates={one.record_id: one for one in found},
            embed=inputs.model.embed,
            guidelines_url=request.guidelines_url or _served_guidelines(folder, task, connection),
        )
    with store.reading() as reading:
        remaining = remaining_work(reading, annotator_activity(reading))
    return PushResult(
        queue=queue.name,
        records=delivered.records,
        datasets=dict(delivered.by_dataset),
        blind=delivered.blind,
        pending=remaining.pending.records.get(queue.name, 0),
        remaining=remaining,
        candidates=sum(one.record_id not in inputs.model.queued for one in found) - new.records,
        unscored_labels=dict(queue.unscored_labels(inputs)),
        migrated=migrated,
        url=connection.url,
        guidelines_page=str(page),
    )


def _read_inputs(
    spec: EnqueueSpec,
    folder: WorkspaceFolder,
    store: Store,
    task: Task,
    embedder: Embedder,
    conflicts: pd.DataFrame | None,
    focus: ConfusedPairs | None,
    progress: Progress | None,
) -> QueueInputs:
    """Read everything that a queue needs, in one transaction."""
    queue = spec.queue
    with store.writing() if queue.writes else store.reading() as connection:
        rows = working_rows(connection)
        stored = queue.read(connection, task, rows) if queue.read else None
        queued = frozenset(item.record_id for item in queue_items(connection, queue.name) if not item.withdrawn)
        responses = latest_responses(connection, task) if queue.uses_responses else None
        gold = gold_answers(connection, task) if queue.uses_responses else None
    model = QueueModel(
        rows=rows,
        queued=queued,
        labels=kind_of(task).targets(task),
        near=task.gates.duplicates.cosine,
        embedder=embedder,
        vectors_cache=folder.vectors,
        progress=progress,
        focus=focus,
    )
    return QueueInputs(
        task=task,
        model=model,
        strategy=spec.strategy,
        include_refused=spec.include_refused,
        conflicts=conflicts,
        responses=responses,
        gold=gold,
        stored=stored,
    )


def _gold_candidates(store: Store, spec: EnqueueSpec, inputs: QueueInputs) -> list[QueueCandidate]:
    """The gold records of the queue: those that it has, and those of the source that the push names."""
    if spec.queue is not LABEL:
        return []
    with store.reading() as connection:
        known, names = pushed_gold(inputs.rows, queue_items(connection, LABEL.name)), source_names(connection)
    return without_repeats(known, gold_candidates(inputs.rows, names, spec.gold) if spec.gold else [])


def _with_sessions(
    store: Store, task: Task, inputs: QueueInputs, candidates: Sequence[QueueCandidate]
) -> list[QueueCandidate]:
    """The candidates with the earlier turns of their sessions."""
    with store.reading() as connection:
        occurrences = session_occurrences(connection)
    return with_earlier_turns(candidates, inputs.rows, occurrences, kind_form(kind_of(task)))


def _confused_pairs(spec: EnqueueSpec, folder: WorkspaceFolder, task: Task) -> ConfusedPairs | None:
    """The confused pairs of the last feedback, if the push uses them. Raises WinnowError if it needs them."""
    path = folder.state / FEEDBACK_FILE
    if spec.strategy == AcquisitionStrategy.FEEDBACK or (spec.queue.uses_feedback and path.exists()):
        return read_confused_pairs(path).within(kind_of(task).targets(task))
    return None


def _check_annotators(names: Sequence[str], members: Set[str]) -> None:
    """Raises WinnowError for assignees without an active account."""
    problems = [
        Problem(
            Parameter("annotators"), f"no annotator is called {name}", "", f"run `{command('annotators add', name)}`"
        )
        for name in names
        if name not in members
    ]
    if problems:
        raise WinnowError(problems)


def _served_guidelines(folder: WorkspaceFolder, task: Task, connection: ArgillaConnection) -> str | None:
    """The address of the guidelines page on the embedded server, which only annotators know; None on another server."""
    if not connection.embedded:
        return None
    secret = (folder.server / "secret").read_bytes()
    name = f"{stable_hash(b'guidelines' + secret, length=24)}.html"
    write_guidelines(task, folder.server / "guidelines" / name)
    return f"/guidelines/{name}"
