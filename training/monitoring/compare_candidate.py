"""Compare the candidate with the baseline on the validation rows that both predicted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.core.commands import command
from winnow.core.model_vocabulary import GoalStatus
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import Release
from winnow.curation.releases.release_use import run_command
from winnow.training.evaluation.evaluation_facts import GoalVerdict
from winnow.training.evaluation.stored_results import PredictedRow, accuracy_of
from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts
from winnow.training.monitoring.accuracy_gain import AccuracyGain, measure_gain, measure_speedup
from winnow.training.monitoring.decision_inputs import DecisionInputs
from winnow.training.monitoring.majority_baseline import majority_label, predict_constant
from winnow.training.monitoring.rule_conditions import SourcedValue
from winnow.training.monitoring.run_speed import baseline_p95, candidate_p95
from winnow.training.monitoring.select_candidate import NO_BASELINE, CandidateSelection, EvaluatedRun
from winnow.training.monitoring.stored_evidence import StoredEvidence, evidence_of
from winnow.validators.kinds import kind_of

NOTHING_TO_COMPARE = NotMeasured("there is no baseline: no run is deployed or imported, and none is of the base model")


@dataclass(frozen=True)
class CandidateComparison:
    """Baseline and candidate, and how the candidate compares."""

    selection: CandidateSelection
    baseline_predictions: dict[str, PredictedRow]
    """The baseline's validation predictions by record."""
    accuracy_gain: AccuracyGain | NotMeasured
    goals: list[GoalVerdict] | NotMeasured
    """Every goal with the candidate's verdict."""
    no_candidate: NotMeasured
    """What is not measured without a candidate."""

    @property
    def baseline(self) -> str:
        """The id of the baseline run, or the role of the baseline when it is not a run."""
        return self.selection.baseline.run.id if self.selection.baseline else self.selection.role

    def rule_inputs(self) -> dict[str, SourcedValue]:
        """The inputs of the rules that depend on baseline and candidate."""
        value = self.accuracy_gain
        rows = "validation" if isinstance(value, NotMeasured) else f"the {value.rows:,} validation rows of both"
        return {
            "baseline_accuracy": _baseline_accuracy(self.selection, self.baseline_predictions),
            "baseline_p95_ms": baseline_p95(self.selection.untuned),
            "candidate_p95_ms": candidate_p95(self.selection.candidate),
            "accuracy_gain": _sourced(value, lambda one: one.accuracy.difference, rows),
            "p_value": _sourced(value, lambda one: one.p_value, rows),
            "speedup": _speedup(self.selection, self.no_candidate),
            "goals_missed": _sourced(self.goals, _goals_missed, "goals of winnow.yaml, evaluation of the candidate"),
            "must_pass_failed": _must_pass_failed(self.selection.candidate, self.no_candidate),
        }


def compare_candidate(selection: CandidateSelection, inputs: DecisionInputs) -> CandidateComparison:
    """Read the predictions of baseline and candidate and compare them."""
    evidence = evidence_of(kind_of(inputs.task))
    baseline_predictions, candidate_predictions = _predictions_of_both(selection, inputs, evidence)
    no_candidate = NotMeasured(f"there is no candidate; run {run_command(kind_of(inputs.task), 'RELEASE')}")
    return CandidateComparison(
        selection,
        baseline_predictions,
        no_candidate
        if selection.candidate is None
        else _accuracy_gain(selection, selection.candidate, baseline_predictions, candidate_predictions, evidence),
        no_candidate if selection.candidate is None else _goal_verdicts(selection.candidate, inputs.task.goals),
        no_candidate,
    )


def _predictions_of_both(
    selection: CandidateSelection, inputs: DecisionInputs, evidence: StoredEvidence
) -> tuple[dict[str, PredictedRow], dict[str, PredictedRow]]:
    """Validation predictions of baseline and candidate; without a baseline run, those of the majority baseline."""
    candidate, newest = selection.candidate, inputs.newest
    predictions = evidence.rows(candidate.run, inputs.current_label) if candidate else {}
    if selection.baseline:
        return evidence.rows(selection.baseline.run, inputs.current_label), predictions
    if newest is None or not newest.counts["train"] or not evidence.has_majority_baseline:
        return {}, predictions
    rows = predictions or _gold_rows(newest, inputs.current_label)
    majority = inputs.current_label(majority_label(list(newest.rows("train")["label"])))
    return predict_constant(majority, rows), predictions


def _gold_rows(release: Release, current_label: Callable[[str], str]) -> dict[str, PredictedRow]:
    """The validation rows of a release, as if predicted perfectly."""
    if not release.counts["validation"]:
        return {}
    rows = release.rows("validation")
    labels = map(current_label, rows["label"])
    return {str(record): PredictedRow(label, label) for record, label in zip(rows["id"], labels, strict=True)}


def _accuracy_gain(
    selection: CandidateSelection,
    candidate: EvaluatedRun,
    baseline_predictions: dict[str, PredictedRow],
    candidate_predictions: dict[str, PredictedRow],
    evidence: StoredEvidence,
) -> AccuracyGain | NotMeasured:
    for evaluated in (selection.baseline, candidate):
        if evaluated and isinstance(evaluated.measures, NotMeasured):
            return evaluated.measures
    if selection.role == NO_BASELINE:
        return NOTHING_TO_COMPARE
    return measure_gain(baseline_predictions, candidate_predictions, record_of=evidence.record_of)


def _baseline_accuracy(selection: CandidateSelection, baseline_predictions: dict[str, PredictedRow]) -> SourcedValue:
    """That of the most accurate system that is not fine-tuned; where all are, that of the baseline."""
    known = selection.untuned or selection.baseline
    if known:
        role = f" ({selection.role})" if known is selection.baseline else ""
        return SourcedValue(known.accuracy, f"{known.run.id}{role}, on its own validation")
    if selection.role == NO_BASELINE:
        return SourcedValue(NOTHING_TO_COMPARE, command("runs"))
    return SourcedValue(
        accuracy_of(baseline_predictions), "majority baseline: the most frequent train label, on validation"
    )


def _sourced(value: Any, read: Callable[[Any], float], source: str) -> SourcedValue:
    return SourcedValue(value if isinstance(value, NotMeasured) else read(value), source)


def _speedup(selection: CandidateSelection, no_candidate: NotMeasured) -> SourcedValue:
    if selection.candidate is None:
        return SourcedValue(no_candidate, command("runs"))
    if selection.baseline is None:
        return SourcedValue(NotMeasured(f"the {selection.role} has no latency"), selection.role)
    return SourcedValue(
        measure_speedup(selection.baseline.run, selection.candidate.run), "p50 per query, latency.json of both runs"
    )


def _goal_verdicts(candidate: EvaluatedRun, goals: Mapping[str, float]) -> list[GoalVerdict] | NotMeasured:
    """The verdict on every goal of the task, from the candidate's evaluation."""
    if not goals:
        return NotMeasured("the task has no goals")
    if isinstance(candidate.measures, NotMeasured):
        return candidate.measures
    value = candidate.measures.goals
    if {one.goal: one.wanted for one in value} != dict(goals):
        return NotMeasured(f"the goals changed since the evaluation; run {command('evaluate', candidate.run.id)}")
    return value


def _goals_missed(verdicts: Sequence[GoalVerdict]) -> float:
    return sum(1 for one in verdicts if one.verdict == GoalStatus.NOT_MET)


def _must_pass_failed(candidate: EvaluatedRun | None, no_candidate: NotMeasured) -> SourcedValue:
    source = "must_pass of winnow.yaml, evaluation of the candidate"
    if candidate is None:
        return SourcedValue(no_candidate, source)
    if isinstance(candidate.measures, NotMeasured):
        return SourcedValue(candidate.measures, source)
    if isinstance(candidate.measures, ToolEvaluationFacts):
        return SourcedValue(NotMeasured("must-pass cases are queries with a label"), source)
    value = candidate.measures.must_pass
    return SourcedValue(value if isinstance(value, NotMeasured) else value.cases - value.passed, source)
