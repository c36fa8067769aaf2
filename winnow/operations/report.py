"""The daily report: gather the dataset's state, its problems and the commands that fix them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.core.errors import WinnowError
from winnow.core.layout import WorkspaceFolder
from winnow.core.result import NotMeasured
from winnow.curation.checks.coverage.coverage_report import CoverageReport
from winnow.curation.labeling.server.connection import connect_to_argilla
from winnow.curation.store import queue_items as queue_items_module
from winnow.curation.store.artifacts import artifacts
from winnow.curation.store.database import Store
from winnow.curation.store.queue_items import queue_datasets
from winnow.curation.store.responses import responder_counts
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.operations._context import WorkspaceContext
from winnow.operations.coverage import coverage
from winnow.operations.damaged_releases import damaged_releases
from winnow.operations.decide import decide
from winnow.operations.report_annotators import measure_annotators
from winnow.operations.status import read_status
from winnow.reports.annotators_page import AnnotatorReport
from winnow.reports.daily_page import (
    DailyReport,
    action_items,
    argilla_links,
    confused_cells,
    largest_error_cells,
    run_summaries,
    write_daily_report,
)
from winnow.reports.report_facts import ActionItem
from winnow.training.monitoring.decision_report import DecisionReport

if TYPE_CHECKING:
    from winnow.core.progress import Progress

FINDINGS_SHOWN = 3

MisclassifiedRows = Mapping[str, Sequence[Mapping[str, str]]]
"""Label to its misclassified rows, each `text` and `predicted`."""


class ReportResult(NamedTuple):
    """The daily report, and its page."""

    report: DailyReport
    page: Path


def report(workspace: WorkspaceContext, *, progress: Progress | None = None) -> ReportResult:
    """Write the daily report, and the pages about annotators and coverage next to it."""
    from winnow.curation.annotations.misclassified import misclassified_rows
    from winnow.reports.annotators_page import write_annotators

    measured = coverage(workspace, progress=progress).coverage
    task = workspace.task
    with workspace.store.reading() as connection:
        annotators = measure_annotators(connection, task, SpendDatabase(workspace.folder.spend_database))
    write_annotators(annotators, workspace.folder.reports)

    def misclassified(labels: Set[str]) -> MisclassifiedRows:
        train = measured.check.train
        own = train[train["label"].isin(labels)]
        return misclassified_rows(own, workspace.embedder(), workspace.folder.vectors)

    decision = _decision(workspace)
    return build_daily_report(workspace.folder, workspace.store, task, measured, annotators, misclassified, decision)


def build_daily_report(
    folder: WorkspaceFolder,
    store: Store,
    task: Task,
    measured: CoverageReport,
    people: AnnotatorReport,
    misclassified: Callable[[Set[str]], MisclassifiedRows],
    decided: DecisionReport | NotMeasured,
) -> ReportResult:
    """Gather the report and write its page.

    `misclassified` finds the train rows of some labels that a linear probe between these labels misclassifies. The page
    shows few cells of the confusion matrix, so that the probe need not tell a thousand labels apart.
    """
    table = measured.check.table
    texts = dict(zip(table["id"], table["text"], strict=True))
    with store.reading() as connection:
        dataset_status = read_status(connection, task, folder)
        damaged = damaged_releases(connection, folder)
        runs = run_summaries(artifacts(connection, "run"), folder.root)
        datasets = {one.name: one.server_id for one in queue_datasets(connection) if one.server_id}
        met = responder_counts(connection)
        queue_items = {
            place.record_id: (
                str(datasets[place.dataset]),
                texts[place.record_id],
                bool(met.get((place.dataset, place.record_id))),
            )
            for place in queue_items_module.queue_items(connection)
            if place.dataset in datasets and place.record_id in texts and not place.withdrawn
        }
    evaluated = next((run.id for run in runs if run.accuracy is not None), "")
    ids = {text: identity for identity, text in texts.items()}
    url = _argilla_url(folder) if queue_items else ""
    links = argilla_links(queue_items, url) if url else {}
    errors = largest_error_cells(folder.runs / evaluated) if evaluated else []
    involved = {label for cell in errors for label in (cell.gold, cell.predicted)}
    cells = confused_cells(errors, misclassified(involved) if involved else {}, ids, links)
    found = DailyReport(
        at=utc_now(),
        task=task.name,
        status=dataset_status,
        coverage=measured,
        people=people,
        runs=runs,
        cells=cells,
        cells_run=evaluated,
        actions=[*damaged, *action_items(dataset_status, measured, people, _model_actions(decided))],
        recommended_action=decided if isinstance(decided, NotMeasured) else decided.decision.recommended_action,
        why=decided.why if isinstance(decided, NotMeasured) else decided.decision.reason,
    )
    return ReportResult(found, write_daily_report(found, folder.reports))


def _decision(workspace: WorkspaceContext) -> DecisionReport | NotMeasured:
    """The recommendation, or what is damaged or missing of the releases and runs that it rests on."""
    try:
        return decide(workspace)
    except WinnowError as error:
        return NotMeasured("; ".join(f"{problem.where}: {problem.found}" for problem in error.problems[:3]))


def _model_actions(decided: DecisionReport | NotMeasured) -> list[ActionItem]:
    """The findings about the candidate that concern most rows."""
    if isinstance(decided, NotMeasured) or isinstance(decided.findings, NotMeasured):
        return []
    return [
        ActionItem(f"{decided.findings_run}: {one.name.replace('_', ' ')}", one.evidence, one.command)
        for one in decided.findings.found[:FINDINGS_SHOWN]
    ]


def _argilla_url(folder: WorkspaceFolder) -> str:
    """Where Argilla answers; nowhere when it does not run now."""
    try:
        return connect_to_argilla(folder.server).url
    except WinnowError:
        return ""
