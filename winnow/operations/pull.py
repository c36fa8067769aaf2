"""Pull: bring annotators' responses back as decisions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.commands import command
from winnow.core.result import Measure, Measured
from winnow.curation.labeling.cleanup import delete_forgotten
from winnow.curation.labeling.gold_records import gold_accuracies, gold_answers, gold_table
from winnow.curation.labeling.queues.adjudicate import ADJUDICATE, unqueued_disputes
from winnow.curation.labeling.queues.review import REVIEW
from winnow.curation.labeling.response_import import import_responses
from winnow.curation.labeling.response_writer import ImportedResponses
from winnow.curation.labeling.session import argilla_session
from winnow.curation.labeling.throughput import (
    AnnotatorActivity,
    RemainingWork,
    annotator_activity,
    remaining_work,
)
from winnow.curation.review.lots import Lot, record_current_verdicts
from winnow.curation.store.working_view import working_rows
from winnow.operations._context import WorkspaceContext

GOLD_FILE = "gold_answers.csv"


@dataclass(frozen=True)
class PullResult:
    """What a pull brought, who did how much, and what is left."""

    imported: ImportedResponses
    annotators: list[AnnotatorActivity]
    remaining: RemainingWork
    unresolved: int
    """Records that need an adjudicator and are in no queue yet."""
    decided_lots: list[Lot]
    """Lots that were decided just now."""
    unreviewed: int
    """Records that the lots still need reviewed."""
    url: str
    gold: dict[str, Measure]
    """The accuracy of each annotator on gold records, by name; only those who answered some."""
    gold_file: Path | None
    """The answers to gold records next to the known labels, as CSV; None without any."""

    @property
    def next(self) -> str:
        """The next sensible command."""
        if self.unresolved:
            return command("push", ADJUDICATE.name)
        if self.unreviewed and not self.remaining.pending.records.get(REVIEW.name):
            return command("push", REVIEW.name)
        return command("pull") if self.remaining.pending.responses else command("check")

    def json(self) -> dict[str, Any]:
        """The shape of `pull --json`."""
        return {
            "queue": "all",
            "records": len(self.imported.records),
            "decisions": self.imported.decisions,
            "pending": sum(self.remaining.pending.records.values()),
            "responses": self.imported.responses,
            "discarded": self.imported.discarded,
            "by_queue": dict(self.imported.by_queue),
            "annotators": [
                {
                    "name": one.name,
                    "new": self.imported.by_annotator[one.name],
                    "responses": one.responses,
                    "discarded": one.discarded,
                    "seconds": one.seconds,
                    "implausible": one.implausible,
                    "gold": gold_facts(self.gold.get(one.name)),
                }
                for one in self.annotators
            ],
            "remaining": {"records": self.remaining.pending.records, "responses": self.remaining.pending.responses},
            "remaining_minutes": self.remaining.minutes,
            "unresolved": self.unresolved,
            "decided_lots": [one.facts().model_dump(mode="json") for one in self.decided_lots],
            "flagged": self.imported.flagged,
            "ignored": dict(self.imported.ignored),
            "incomplete": dict(self.imported.incomplete),
            "returned": [one.json() for one in self.imported.returned],
            "corrected": self.imported.corrected,
            "gold_answers": None if self.gold_file is None else str(self.gold_file),
            "missing_datasets": self.imported.missing,
            "url": self.url,
        }


def gold_facts(measured: Measure | None) -> dict[str, float] | None:
    """The accuracy on gold records in `pull --json`; None without answers to any."""
    if not isinstance(measured, Measured):
        return None
    return {"accuracy": measured.value, "low": measured.low, "high": measured.high, "answers": measured.rows}


def pull(workspace: WorkspaceContext) -> PullResult:
    """Import new responses as decisions, and record the verdicts of lots that they decide."""
    from winnow.reports.check_tables import write_table

    store = workspace.store
    with argilla_session(workspace.folder, store) as session:
        delete_forgotten(store, session)
        imported = import_responses(store, lambda: workspace.task, session.client, workspace.scrubber)
        verdicts = record_current_verdicts(store)
    with store.reading() as connection:
        activity, rows = annotator_activity(connection), working_rows(connection)
        gold = gold_answers(connection, workspace.task)
        return PullResult(
            imported=imported,
            annotators=activity,
            remaining=remaining_work(connection, activity),
            unresolved=len(unqueued_disputes(connection, rows)),
            decided_lots=verdicts.decided,
            unreviewed=verdicts.unreviewed,
            url=session.connection.url,
            gold=gold_accuracies(gold),
            gold_file=write_table(gold_table(gold, rows), workspace.folder.reports / GOLD_FILE) if len(gold) else None,
        )
