"""Check: measure similarity once, and measure every gate on what may be exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winnow.config.overrides import with_overrides
from winnow.config.task import BaseModelConfig, Task
from winnow.core.layout import WorkspaceFolder
from winnow.operations._context import WorkspaceContext
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.checks.check import CheckResult
    from winnow.curation.checks.next_labels import NextLabels
    from winnow.curation.engine.embedders.embedder import Embedder
    from winnow.curation.releases.provenance import Provenance


class MeasuredWorkspace(NamedTuple):
    """A check, with what else belongs to the same moment."""

    check: CheckResult
    embedder: Embedder
    provenance: Provenance


def check(
    workspace: WorkspaceContext,
    settings: Sequence[str] = (),
    *,
    base_model: str | None = None,
    progress: Progress | None = None,
) -> CheckResult:
    """Measure every gate; `settings` such as "leakage=0.2" try other thresholds without saving them.

    `base_model` is a folder or hub id, in place of the one in the task file: dialogues are checked in its template.

    Excluded rows, and near pairs under different labels, are written to `.winnow/reports/`, unless there are settings.
    """
    from winnow.reports.check_tables import write_check_tables

    task = workspace.task
    workspace.must_pass_cases(task)  # its problems are raised now, not only when a release is frozen
    tried = _for_base_model(with_overrides(task, settings), base_model)
    checked = measure(workspace, tried, progress=progress).check
    if not settings:
        write_check_tables(checked, workspace.folder.reports)
        next_labels(workspace, progress=progress)
    return checked


def next_labels(workspace: WorkspaceContext, *, progress: Progress | None = None) -> NextLabels:
    """What the next labels are expected to buy, which `status` then shows."""
    from winnow.curation.checks.next_labels import measure_next_labels
    from winnow.curation.store.working_view import working_rows

    task, folder = workspace.task, workspace.folder
    with workspace.store.reading() as connection:
        rows = working_rows(connection)
    caches = {"vectors_cache": folder.vectors, "cache": folder.learning_curves}
    return measure_next_labels(rows, task, workspace.embedder(task), progress=progress, **caches)


def _for_base_model(task: Task, model: str | None) -> Task:
    """The task with another base model, which keeps the window that the task file states."""
    if model is None:
        return task
    named = str(Path(model).resolve()) if Path(model).exists() else model
    window = task.base_model.window if task.base_model else None
    return task.model_copy(update={"base_model": BaseModelConfig(model=named, window=window)})


def measure(
    workspace: WorkspaceContext,
    task: Task,
    *,
    caches: WorkspaceFolder | None = None,
    progress: Progress | None = None,
) -> MeasuredWorkspace:
    """Measure the workspace at one moment: records, waivers and provenance come from one transaction.

    `caches` is the workspace's folder with caches elsewhere.
    """
    from winnow.curation.checks.check import check as check_table
    from winnow.curation.checks.human_judgments import HumanJudgments
    from winnow.curation.checks.label_error_search import LabelErrorSearch
    from winnow.curation.releases.provenance import read_provenance
    from winnow.curation.store.reviewed_labels import reviewed_labels
    from winnow.curation.store.waivers import waivers_by_gate
    from winnow.curation.store.working_view import table_of_rows, working_rows

    kind_of(task)  # raises its problem before anything is read
    with workspace.store.reading() as connection:
        rows = working_rows(connection)
        waived = waivers_by_gate(connection, datetime.now(UTC).date())
        provenance = read_provenance(connection, rows, task)
        reviewed = reviewed_labels(connection)
    embedder, scrubber = workspace.embedder(task), workspace.scrubber(task)
    checked = check_table(
        table_of_rows(rows),
        task,
        embedder,
        scrubber=scrubber,
        sources={source["id"]: source["name"] for source in provenance.sources},
        judgments=HumanJudgments(waived, provenance.lots, provenance.accuracy),
        folder=caches or workspace.folder,
        progress=progress,
    )
    search = LabelErrorSearch(rows, task, embedder, scrubber, reviewed, caches or workspace.folder)
    return MeasuredWorkspace(replace(checked, find_label_errors=search.in_check), embedder, provenance)
