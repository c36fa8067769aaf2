"""Compare the candidate with the baseline on the validation rows that both predicted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.model_vocabulary import GoalStatus
from winnow.core.result import NotMeasured
from winnow.curation.releases.release_use import run_command
from winnow.training.evaluation.evaluation_facts import GoalVerdict
from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts
from winnow.training.monitoring.accuracy_gain import AccuracyGain, measure_gain, measure_speedup
from winnow.training.monitoring.decision_inputs import DecisionInputs
from winnow.training.monitoring.nested_selection import nested_rows
from winnow.training.monitoring.rule_conditions import SourcedValue
from winnow.training.monitoring.run_speed import baseline_p95, candidate_p95
from winnow.training.monitoring.select_candidate import CandidateSelection, EvaluatedRun
from winnow.training.monitoring.stored_evidence import evidence_of
from winnow.validators.kinds import kind_of

NOTHING_TO_COMPARE = NotMeasured("there is no baseline: no run is deployed or imported, and no other one is simpler")


@dataclass(frozen=True)
class CandidateComparison:
    """Baseline and candidate, and how the candidate compares."""

    selection: CandidateSelection
    accuracy_gain: AccuracyGain | NotMeasured
    goals: list[GoalVerdict] | NotMeasured
    """Every goal with the candidate's verdict."""
    no_candidate: NotMeasured
    """What is not measured without a candidate."""

    @property
    def baseline(self) -> str:
        """The id of the baseline run, or the role of the baseline when it is not a run."""
        return self.selection.baseline.run.id if self.selection.baseline else self.selection.role

    @property
    def chosen_elsewhere(self) -> str:
        """How the rows are kept from choosing the candidate that they judge, in words."""
        return ", none of which chose the run that answers it" if len(self.selection.considered) > 1 else ""

    def rule_inputs(self) -> dict[str, SourcedValue]:
        """The inputs of the rules that depend on baseline and candidate."""
        value = self.accuracy_gain
        rows = (
            "validation"
            if isinstance(value, NotMeasured)
            else f"the {counted(value.rows, 'validation row')} of both{self.chosen_elsewhere}"
        )
        return {
            "baseline_accuracy": _baseline_accuracy(self.selection),
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
    nothing = NotMeasured(f"there is no candidate; run {run_command(kind_of(inputs.task), 'RELEASE')}")
    candidate = selection.candidate
    if candidate is None:
        return CandidateComparison(selection, nothing, nothing, nothing)
    gain = _accuracy_gain(selection, candidate, inputs)
    return CandidateComparison(selection, gain, _goal_verdicts(candidate, inputs.task.goals), nothing)


def _accuracy_gain(
    selection: CandidateSelection, candidate: EvaluatedRun, inputs: DecisionInputs
) -> AccuracyGain | NotMeasured:
    """The gain over the baseline, on rows that did not choose the candidate."""
    baseline = selection.baseline
    if isinstance(candidate.measures, NotMeasured):
        return candidate.measures
    if baseline is None:
        return NOTHING_TO_COMPARE
    if isinstance(baseline.measures, NotMeasured):
        return baseline.measures
    evidence = evidence_of(kind_of(inputs.task))
    before = evidence.rows(baseline.run, inputs.current_label)
    considered = [one.run for one in selection.considered if not isinstance(one.measures, NotMeasured)]
    answers = [evidence.rows(run, inputs.current_label) for run in considered]
    after = nested_rows(answers, record_of=evidence.record_of)
    return measure_gain(before, after, record_of=evidence.record_of)


def _baseline_accuracy(selection: CandidateSelection) -> SourcedValue:
    """That of the most accurate system that is not fine-tuned; where all are, that of the baseline."""
    known = selection.untuned or selection.baseline
    if known:
        role = f" ({selection.role})" if known is selection.baseline else ""
        return SourcedValue(
            known.accuracy, f"{known.run.id}{role}, on {counted(known.rows, 'row')} of its own validation"
        )
    return SourcedValue(NOTHING_TO_COMPARE, command("runs"))


def _sourced(value: Any, read: Callable[[Any], float], source: str) -> SourcedValue:
    return SourcedValue(value if isinstance(value, NotMeasured) else read(value), source)


def _speedup(selection: CandidateSelection, no_candidate: NotMeasured) -> SourcedValue:
    if selection.candidate is None:
        return SourcedValue(no_candidate, command("runs"))
    if selection.baseline is None:
        return SourcedValue(NOTHING_TO_COMPARE, command("runs"))
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
