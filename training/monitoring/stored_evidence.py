"""What decisions read about runs, by kind. A kind without an entry in EVIDENCE is read as classification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from winnow.config.task import Task
from winnow.core.model_vocabulary import TrainingMethod
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import Release
from winnow.training.diagnostics.diagnose import diagnose
from winnow.training.diagnostics.findings import Findings
from winnow.training.diagnostics.run_context import read_run_context
from winnow.training.diagnostics.tools.diagnose_answers import diagnose_answers
from winnow.training.diagnostics.tools.read_answer_context import read_answer_context
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.training.evaluation.stored_results import DECISION_SPLIT, PredictedRows, stored_measures, stored_predictions
from winnow.training.evaluation.tools.answer_results import read_answer_results
from winnow.training.evaluation.tools.stored_answers import record_of_answer, stored_answer_rows, stored_tool_measures
from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts
from winnow.training.monitoring.staleness import predict_newer_validation
from winnow.training.monitoring.tool_staleness import answer_newer_validation
from winnow.training.runs import Run
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind
from winnow.validators.kinds.tools import TOOLS, offered_by_task

NO_LABELS_OF_REQUESTS = NotMeasured("a request alone does not show which tools a model calls in the dialogue")


@dataclass(frozen=True)
class StoredEvidence:
    """How evaluations of one kind are read, and what a decision derives from them."""

    simplest_method: str
    """The method that others are compared with when nothing is deployed or imported."""
    measures: Callable[[Run], EvaluationFacts | ToolEvaluationFacts | NotMeasured]
    """The stored measures of validation."""
    rows: Callable[[Run, Callable[[str], str]], PredictedRows]
    """The stored predictions or answers on validation, by key."""
    record_of: Callable[[str], str]
    """The record that a key belongs to: rows of one record depend on each other."""
    newer_rows: Callable[..., PredictedRows | NotMeasured]
    """The predictions or answers of a run on the validation of a newer release, as `predict_newer_validation`."""
    counted_labels: Callable[[Task], list[str]]
    """The labels or tools of which fine-tuning needs examples: not the fallback, no behavior
    without a call, and no tool that is held out."""
    findings: Callable[..., Findings]
    """The findings about an evaluated run: takes the run, its release, its measures, and what measuring needs."""
    label_shift: NotMeasured | None = None
    """Why labels of logged texts are not predicted; None where they are."""


def _labels_in_scope(task: Task) -> list[str]:
    return [name for name in kind_of(task).targets(task) if name != task.fallback]


def _tools_of(task: Task) -> list[str]:
    return [tool.name for tool in offered_by_task(task) if tool.name not in task.splits.hold_out_tools]


def _label_findings(run: Run, release: Release, measures: Any, **how: Any) -> Findings:
    return diagnose(measures, read_run_context(run, release, **how))


def _answer_findings(run: Run, release: Release, measures: Any, **how: Any) -> Findings:
    if isinstance(measures, EvaluationFacts):
        return _label_findings(run, release, measures, **how)
    return diagnose_answers(read_answer_results(run, DECISION_SPLIT), read_answer_context(run, release))


def _measures_of_dialogues(run: Run) -> EvaluationFacts | ToolEvaluationFacts | NotMeasured:
    """Those of answers; of labels for a run that was imported from predicted labels."""
    found = stored_tool_measures(run)
    of_labels = stored_measures(run) if isinstance(found, NotMeasured) else found
    return found if isinstance(of_labels, NotMeasured) else of_labels


def _rows_of_dialogues(run: Run, current_label: Callable[[str], str]) -> PredictedRows:
    return stored_answer_rows(run, current_label) or stored_predictions(run, current_label)


LABEL_EVIDENCE = StoredEvidence(
    simplest_method=TrainingMethod.LINEAR,
    measures=stored_measures,
    rows=stored_predictions,
    record_of=str,
    newer_rows=predict_newer_validation,
    counted_labels=_labels_in_scope,
    findings=_label_findings,
)

EVIDENCE: Mapping[str, StoredEvidence] = {
    INTENTS.name: LABEL_EVIDENCE,
    TOOLS.name: StoredEvidence(
        simplest_method=TrainingMethod.PROMPT,
        measures=_measures_of_dialogues,
        rows=_rows_of_dialogues,
        record_of=record_of_answer,
        newer_rows=answer_newer_validation,
        counted_labels=_tools_of,
        findings=_answer_findings,
        label_shift=NO_LABELS_OF_REQUESTS,
    ),
}


def evidence_of(kind: Kind) -> StoredEvidence:
    """What decisions read about runs of a kind."""
    return EVIDENCE.get(kind.name, LABEL_EVIDENCE)
