"""Miscalibration: the confidence that leaves a run differs from accuracy by more than chance."""

from __future__ import annotations

from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext
from winnow.training.evaluation.confidence_facts import Calibration
from winnow.training.evaluation.evaluation_facts import EvaluationFacts

CALIBRATION_GAP = 0.05
"""Expected calibration error from which confidence thresholds are off by as much as a goal of 95 % allows."""


def miscalibration(measures: EvaluationFacts, context: RunContext) -> Issues:
    """The calibration error is at least CALIBRATION_GAP and larger than chance explains for a calibrated model.

    Where a temperature was fitted, the error is that at the temperature: `predict` and packages answer with it.
    """
    measured = measures.calibration
    if isinstance(measured, NotMeasured):
        return measured
    after, chance = measured.error_after_temperature, measured.error_if_calibrated.high
    error = measured.error if isinstance(after, NotMeasured) else after
    if error < CALIBRATION_GAP or error <= chance:
        return []
    how = f"no temperature: {after.why}" if isinstance(after, NotMeasured) else "after temperature scaling"
    evidence = f"calibration error {error:.3f}, {how}; a calibrated model stays below {chance:.3f} in 95 % of samples"
    cause = f"{_cause(measured)}; confidence thresholds are unreliable"
    return [Issue(error * measures.rows, evidence, cause, context.more_data_command)]


def _cause(measured: Calibration) -> str:
    if not isinstance(measured.error_after_temperature, NotMeasured):
        return "one temperature does not correct how confidence and accuracy differ"
    gap = sum(b.accuracy.rows * (b.confidence - b.accuracy.value) for b in measured.bins)
    return f"the model is {'overconfident' if gap > 0 else 'underconfident'}, and validation allows no temperature"
