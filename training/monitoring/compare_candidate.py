"""The candidate against the baseline, on the validation rows that both predicted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.core.result import NotMeasured
from winnow.training.evaluation.stored_results import PredictedRow, accuracy_of, stored_predictions
from winnow.training.monitoring.accuracy_gain import AccuracyGain, measure_gain, measure_speedup
from winnow.training.monitoring.decision_inputs import DecisionInputs
from winnow.training.monitoring.majority_baseline import majority_label, predict_constant
from winnow.training.monitoring.rules import SourcedValue
from winnow.training.monitoring.select_candidate import CandidateSelection, EvaluatedRun

NO_CANDIDATE = NotMeasured("there is no candidate: winnow train RELEASE")


GOALS_NOT_EVALUATED = "the stored evaluation lacks it, or judges other goals: winnow evaluate {run}"


@dataclass(frozen=True)
class CandidateComparison:
    """Two sides, and what is known of one against the other."""

    selection: CandidateSelection
    baseline_predictions: dict[str, PredictedRow]
    """What the baseline answered on validation, by record."""
    accuracy_gain: AccuracyGain | NotMeasured
    goals: list[dict[str, Any]] | NotMeasured
    """The candidate's, each with its verdict."""

    @property
    def baseline(self) -> str:
        """In words: a run, or what stands in for one."""
        return self.selection.baseline.run.id if self.selection.baseline else self.selection.role

    def rule_inputs(self) -> dict[str, SourcedValue]:
        """What the rules read of them."""
        value = self.accuracy_gain
        rows = "validation" if isinstance(value, NotMeasured) else f"the {value.rows:,} validation rows of both"
        return {
            "baseline_accuracy": _baseline_accuracy(self.selection, self.baseline_predictions),
            "accuracy_gain": _sourced(value, lambda one: one.accuracy.value, rows),
            "p_value": _sourced(value, lambda one: one.p_value, rows),
            "speedup": _speedup(self.selection),
            "goals_missed": _sourced(self.goals, _goals_missed, "goals of winnow.yaml, evaluation of the candidate"),
            "must_pass_failed": _must_pass_failed(self.selection.candidate),
        }


def compare_candidate(selection: CandidateSelection, inputs: DecisionInputs) -> CandidateComparison:
    """Read what both sides answered."""
    baseline_predictions, candidate_predictions = _predictions_of_both(selection, inputs)
    return CandidateComparison(
        selection,
        baseline_predictions,
        _accuracy_gain(selection, baseline_predictions, candidate_predictions),
        _goal_verdicts(selection.candidate, inputs.task.goals),
    )


def _predictions_of_both(
    selection: CandidateSelection, inputs: DecisionInputs
) -> tuple[dict[str, PredictedRow], dict[str, PredictedRow]]:
    """What both sides answered on validation; the most frequent label answers for a baseline that is none."""
    candidate_predictions = (
        stored_predictions(selection.candidate.run, inputs.current_label) if selection.candidate else {}
    )
    if selection.baseline:
        return stored_predictions(selection.baseline.run, inputs.current_label), candidate_predictions
    if inputs.newest is None or not inputs.newest.counts["train"]:
        return {}, candidate_predictions
    value = inputs.newest.rows("validation") if inputs.newest.counts["validation"] else None
    labels = {} if value is None else dict(zip(value["id"], map(inputs.current_label, value["label"]), strict=True))
    rows = candidate_predictions or {str(record): PredictedRow(label, label) for record, label in labels.items()}
    return predict_constant(
        inputs.current_label(majority_label(list(inputs.newest.rows("train")["label"]))), rows
    ), candidate_predictions


def _accuracy_gain(
    selection: CandidateSelection,
    baseline_predictions: dict[str, PredictedRow],
    candidate_predictions: dict[str, PredictedRow],
) -> AccuracyGain | NotMeasured:
    if selection.candidate is None:
        return NO_CANDIDATE
    for side in (selection.baseline, selection.candidate):
        if side and isinstance(side.measures, NotMeasured):
            return side.measures
    return measure_gain(baseline_predictions, candidate_predictions)


def _baseline_accuracy(selection: CandidateSelection, baseline_predictions: dict[str, PredictedRow]) -> SourcedValue:
    if selection.baseline:
        source = f"{selection.baseline.run.id} ({selection.role}), on its own validation"
        return SourcedValue(selection.baseline.accuracy, source)
    return SourcedValue(accuracy_of(baseline_predictions), "the most frequent label of train, on validation")


def _sourced(value: Any, read: Callable[[Any], float], source: str) -> SourcedValue:
    return SourcedValue(value if isinstance(value, NotMeasured) else read(value), source)


def _speedup(selection: CandidateSelection) -> SourcedValue:
    if selection.candidate is None:
        return SourcedValue(NO_CANDIDATE, "winnow runs")
    if selection.baseline is None:
        return SourcedValue(NotMeasured("the most frequent label takes no time"), selection.role)
    return SourcedValue(
        measure_speedup(selection.baseline.run, selection.candidate.run), "latency.json of both runs, p50 of one query"
    )


def _goal_verdicts(candidate: EvaluatedRun | None, goals: Mapping[str, float]) -> list[dict[str, Any]] | NotMeasured:
    """The candidate's verdict on every goal of the task, as it was evaluated."""
    if candidate is None:
        return NO_CANDIDATE
    if not goals:
        return NotMeasured("the task sets no goals")
    if isinstance(candidate.measures, NotMeasured):
        return candidate.measures
    value: Sequence[dict[str, Any]] = candidate.measures.get("goals", ())
    if {one["goal"]: one["wanted"] for one in value} != dict(goals):
        return NotMeasured(GOALS_NOT_EVALUATED.format(run=candidate.run.id))
    return list(value)


def _goals_missed(verdicts: Sequence[Mapping[str, Any]]) -> float:
    return sum(1 for one in verdicts if one["verdict"] == "not met")


def _must_pass_failed(candidate: EvaluatedRun | None) -> SourcedValue:
    source = "must_pass of winnow.yaml, evaluation of the candidate"
    if candidate is None:
        return SourcedValue(NO_CANDIDATE, source)
    if isinstance(candidate.measures, NotMeasured):
        return SourcedValue(candidate.measures, source)
    value = candidate.measures.get("must_pass")
    if value is None:
        return SourcedValue(NotMeasured(GOALS_NOT_EVALUATED.format(run=candidate.run.id)), source)
    if value["status"] == "not_measured":
        return SourcedValue(NotMeasured(value["why"]), source)
    return SourcedValue(value["cases"] - value["passed"], source)
