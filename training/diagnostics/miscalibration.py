"""Miscalibration: confidence differs from accuracy by more than chance."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext
from winnow.training.evaluation.evaluation_facts import EvaluationFacts

CALIBRATION_GAP = 0.05
"""Expected calibration error from which confidence thresholds are off by as much as a goal of 95 % allows."""


def miscalibration(measures: EvaluationFacts, context: RunContext) -> Issues:
    """The calibration error is at least CALIBRATION_GAP and larger than chance explains for a calibrated model."""
    measured = measures.calibration
    if isinstance(measured, NotMeasured):
        return measured
    error, chance = measured.error, measured.error_if_calibrated.high
    if error < CALIBRATION_GAP or error <= chance:
        return []
    after = measured.error_after_temperature
    if isinstance(after, NotMeasured):
        fixed = f"no temperature: {after.why}"
    else:
        fixed = f"{after:.3f} after temperature scaling"
    evidence = f"calibration error {error:.3f}, {fixed}; a calibrated model stays below {chance:.3f} in 95 % of samples"
    gap = sum(b.accuracy.rows * (b.confidence - b.accuracy.value) for b in measured.bins)
    direction = "overconfident" if gap > 0 else "underconfident"
    cause = f"the model is {direction}; confidence thresholds are unreliable until the temperature is applied"
    return [Issue(error * measures.rows, evidence, cause, command("evaluate", context.run))]
