"""`decide`: read the workspace at one moment and report the recommendation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.errors import ServiceError, WinnowError
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import State
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.checks.coverage.traffic import traffic_of
from winnow.curation.store.artifacts import artifacts
from winnow.curation.store.deployments import deployments
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.occurrences import log_occurrences
from winnow.curation.store.working_view import working_rows
from winnow.operations._context import WorkspaceContext
from winnow.operations.adopt_runs import adopt_runs, check_same
from winnow.operations.check import measure
from winnow.operations.open_work import read_open_work
from winnow.training.monitoring.decision_inputs import DecisionInputs
from winnow.training.runs import RUN_FILE, open_run

if TYPE_CHECKING:
    from winnow.config.task import Task
    from winnow.core.layout import WorkspaceFolder
    from winnow.core.progress import Progress
    from winnow.curation.store.database import Store
    from winnow.training.monitoring.decision_report import DecisionReport

PROBLEMS_SHOWN = 3
"""Problems that are stated where gates could not be measured."""


def decide(
    workspace: WorkspaceContext,
    id_or_path: str | Path | None = None,
    *,
    today: datetime | None = None,
    progress: Progress | None = None,
) -> DecisionReport:
    """Recommend a next step by explicit rules, with the thresholds of the task.

    The gates are measured too: one that fails outranks every other rule. The candidate is the named run, else the best
    on validation of those on the newest release. Test is not used.
    """
    from winnow.training.monitoring.decision_report import report_decision

    adopt_runs(workspace)
    inputs = read_decision_inputs(workspace.store, workspace.folder, workspace.task, progress=progress)
    inputs = _with_check(workspace, inputs, progress)
    wanted = None
    if id_or_path is not None:
        wanted = workspace.run(id_or_path)
        check_same(wanted, workspace.run_hashes())
        if wanted.id not in {run.id for run in inputs.runs}:
            inputs = replace(inputs, runs=[*inputs.runs, wanted])
    return report_decision(
        inputs, workspace.embedder, wanted=wanted.id if wanted else None, today=today or datetime.now(UTC)
    )


def _with_check(workspace: WorkspaceContext, inputs: DecisionInputs, progress: Progress | None) -> DecisionInputs:
    """The inputs with every gate on the data of today; what `check` measured before is not measured again."""
    if not any(row.state == State.LABELED for row in inputs.rows):
        return replace(inputs, gates=NotMeasured("there are no labeled records"))
    try:
        checked = measure(workspace, inputs.task, progress=progress).check
    except ServiceError:
        raise
    except WinnowError as error:
        return replace(inputs, gates=NotMeasured("; ".join(map(str, error.problems[:PROBLEMS_SHOWN]))))
    return replace(inputs, gates=checked.gates, label_signal=checked.label_signal)


def read_decision_inputs(
    store: Store, folder: WorkspaceFolder, task: Task, *, progress: Progress | None = None
) -> DecisionInputs:
    """Read everything of one moment."""
    with store.reading() as connection:
        known = label_renames(connection)
        entries, releases = artifacts(connection, "run"), artifacts(connection, "release")
        paths = [folder.root / entry["path"] for entry in entries]
        rows = working_rows(connection)
        return DecisionInputs(
            folder=folder,
            task=task,
            rows=rows,
            log_traffic=traffic_of(log_occurrences(connection)),
            deployments=deployments(connection),
            releases=releases,
            runs=[open_run(path, places=(folder.releases,)) for path in paths if (path / RUN_FILE).is_file()],
            current_label=lambda label: current_label(label, known),
            progress=progress,
            open_work=read_open_work(connection, folder, rows, releases),
        )
