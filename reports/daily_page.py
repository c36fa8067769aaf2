"""The daily report: the state of the dataset, its problems, and the commands that fix them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import GateVerdict
from winnow.curation.annotations.correction_steps import CORRECTION_STEPS, suspected_counts, wrong_label_line
from winnow.curation.checks.coverage.coverage_report import CoverageReport
from winnow.curation.releases.release_use import run_command
from winnow.curation.review.lot_facts import LotFacts, UndrawnLotFacts
from winnow.curation.status_summary import Status
from winnow.generators.generation_advice import more_without_model
from winnow.reports.annotators_page import AnnotatorReport
from winnow.reports.formatting import describe_lot, format_alpha, format_measure
from winnow.reports.html import render, write_page
from winnow.reports.report_facts import ActionItem, ConfusedCellFacts, DailyReportFacts, GateSummary, RunSummary
from winnow.training.evaluation.stored_results import measures_in
from winnow.validators.kinds import kind_of

RUNS_SHOWN = 8

CELLS_SHOWN = 12

TEXTS_SHOWN = 6

REGIONS_SHOWN = 5

SUSPECTED_SHOWN = 20

SPLIT = "validation"

NO_COVERAGE = "there are no unlabeled log records, or too few train records"


@dataclass(frozen=True)
class RecordLink:
    """A record behind a number."""

    id: str
    text: str
    link: str
    """Its address in Argilla; empty if it was never in a queue."""


@dataclass(frozen=True)
class ErrorCell:
    """A cell of a run's confusion matrix on validation, with the rows in it."""

    gold: str
    predicted: str
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class ConfusedCell:
    """A cell of the confusion matrix: rows of one label that the model predicts as another."""

    gold: str
    predicted: str
    count: int
    validation: Sequence[RecordLink]
    train: Sequence[RecordLink]
    """Train rows that an out-of-fold probe confuses in the same way."""


@dataclass(frozen=True)
class DailyReport:
    """Everything that the page shows, at one moment."""

    at: str
    task: str
    status: Status
    coverage: CoverageReport
    people: AnnotatorReport
    runs: Sequence[RunSummary]
    cells: Sequence[ConfusedCell]
    cells_run: str
    """The run whose cells are shown; empty if none was evaluated."""
    actions: Sequence[ActionItem]
    recommended_action: str | NotMeasured
    """The recommendation of the rules of `decide`."""
    why: str
    """The rules that hold, or why there is no recommendation."""

    def facts(self, page: Path) -> DailyReportFacts:
        """What `report --json` prints; `page` shows the report."""
        covered = self.coverage.share
        return DailyReportFacts(
            **dict(self.people.facts()),
            status=self.status.json(),
            gates=[
                GateSummary(name=gate.name, verdict=gate.verdict, loosened=gate.loosened, notes=gate.notes)
                for gate in self.coverage.check.gates
            ],
            labels=list(self.coverage.check.label_advice),
            label_errors=self.coverage.check.label_error_summary,
            coverage=NotMeasured(NO_COVERAGE) if covered is None else covered,
            runs=list(self.runs),
            confused=[ConfusedCellFacts(gold=c.gold, predicted=c.predicted, count=c.count) for c in self.cells],
            actions=list(self.actions),
            recommended_action=self.recommended_action,
            page=str(page),
        )


def run_summaries(entries: Sequence[Mapping[str, Any]], root: Path) -> list[RunSummary]:
    """The last runs of the ledger, newest first, with their scores on validation."""
    return [_run_summary(entry, root) for entry in list(entries)[::-1][:RUNS_SHOWN]]


def _run_summary(entry: Mapping[str, Any], root: Path) -> RunSummary:
    measures = measures_in(root / entry["path"], entry["name"])
    found = RunSummary(
        id=entry["name"],
        method=entry["detail"].get("method", ""),
        release=entry["detail"].get("release", ""),
        at=entry["at"],
        rows=0,
        accuracy=None,
        interval=None,
        macro_f1=None,
    )
    if isinstance(measures, NotMeasured):
        return found
    return replace(
        found,
        rows=measures.rows,
        accuracy=measures.accuracy,
        interval=measures.intervals.get("accuracy"),
        macro_f1=None if isinstance(measures.macro_f1, NotMeasured) else measures.macro_f1,
    )


def largest_error_cells(run: Path) -> list[ErrorCell]:
    """The largest cells of a run's confusion matrix on validation off the diagonal, as many as the report shows."""
    path = run / "evaluation" / f"{SPLIT}-predictions.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["gold"] != row["predicted"]:
            found.setdefault((row["gold"], row["predicted"]), []).append(row)
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))[:CELLS_SHOWN]
    return [ErrorCell(gold, predicted, own) for (gold, predicted), own in ranked]


def confused_cells(
    cells: Sequence[ErrorCell],
    train: Mapping[str, Sequence[Mapping[str, str]]],
    ids: Mapping[str, str],
    links: Mapping[str, str],
) -> list[ConfusedCell]:
    """The cells with the records behind them.

    `train` are misclassified train rows by label (`text`, `predicted`), `ids` record ids by text, `links` addresses by
    record id.
    """

    def record_link(text: str, identity: str = "") -> RecordLink:
        own = identity or ids.get(text, "")
        return RecordLink(own, text, links.get(own, ""))

    return [
        ConfusedCell(
            cell.gold,
            cell.predicted,
            len(cell.rows),
            [record_link(row["text"], row["id"]) for row in cell.rows[:TEXTS_SHOWN]],
            [record_link(one["text"]) for one in train.get(cell.gold, ()) if one["predicted"] == cell.predicted][
                :TEXTS_SHOWN
            ],
        )
        for cell in cells
    ]


def argilla_links(queue_items: Mapping[str, tuple[str, str, bool]], url: str) -> dict[str, str]:
    """Addresses by record. An item is the dataset's id on the server, the text, and whether it has a response.

    Argilla's page searches in a dataset with `search=words~field`, spaces as underscores.
    """
    return {
        record: f"{url}/dataset/{dataset}/annotation-mode?page=1&status={'submitted' if answered else 'pending'}"
        f"&search={quote(text.replace(' ', '_'), safe='')}~all"
        for record, (dataset, text, answered) in queue_items.items()
    }


def action_items(
    status: Status, coverage: CoverageReport, people: AnnotatorReport, model_findings: Sequence[ActionItem]
) -> list[ActionItem]:
    """What to do, in this order: labels without a signal, failed gates, reviews, findings of models, missing data."""
    signal = ActionItem("these labels carry no signal", str(coverage.check.label_signal), command("label-errors"))
    found = [signal] if coverage.check.carries_no_signal else []
    found += [
        ActionItem(
            f"gate {gate.name} fails", "; ".join(gate.evidence[:2]) or f"measured {gate.measured_text}", gate.fix
        )
        for gate in coverage.check.gates
        if gate.verdict == GateVerdict.FAIL
    ]
    unread = sum(lot.more for lot in status.lots if isinstance(lot, LotFacts))
    undrawn = sum(lot.records for lot in status.lots if isinstance(lot, UndrawnLotFacts))
    if unread or undrawn:
        evidence = f"{counted(undrawn, 'record')} outside of lots, {unread:,} more to review in lots"
        found.append(ActionItem("records in lots await review", evidence, command("push review")))
    if status.queues.get("adjudicate"):
        evidence = f"{counted(status.queues['adjudicate'], 'record')} to which files or people give different labels"
        found.append(ActionItem("disputes await adjudication", evidence, command("push adjudicate")))
    if people.agreement:
        found += [
            ActionItem(
                f"annotators confuse {pair.first} and {pair.second}",
                f"{counted(pair.disagreements, 'disagreement')} on {counted(pair.records, 'record')}, "
                f"{counted(pair.agreements, 'agreement')}",
                "make both descriptions in winnow.yaml more precise, and add a near miss",
            )
            for pair in people.agreement.pairs[:2]
        ]
    found += model_findings
    kind = kind_of(coverage.check.task)
    for region in coverage.regions[:2]:
        evidence = f"{region.queries:,} {kind.noun.many} of traffic that train does not cover"
        found.append(ActionItem(f"users ask about {' '.join(region.words[:4])}", evidence, command("push label")))
    short = sorted(coverage.short_labels.items(), key=lambda item: (-item[1], item[0]))
    if short:
        evidence = ", ".join(f"{label} {count:,}" for label, count in short[:4])
        found.append(ActionItem("labels are under their target", f"missing: {evidence}", more_without_model(kind)))
    return found


def write_daily_report(report: DailyReport, folder: Path) -> Path:
    """Write `report.html`; returns its path."""
    kind = kind_of(report.coverage.check.task)
    page = render(
        "daily.html.j2",
        m=report,
        noun=kind.noun,
        run_command=run_command(kind, "NAME"),
        regions=report.coverage.regions[:REGIONS_SHOWN],
        words=format_measure,
        alpha=format_alpha,
        lot_words=describe_lot,
        suspected_counts=suspected_counts,
        wrong_label_line=wrong_label_line,
        suspected_shown=SUSPECTED_SHOWN,
        correction_steps=CORRECTION_STEPS,
        most=max(report.status.by_label.values(), default=1) or 1,
    )
    return write_page(page, folder / "report.html")
