"""Miscalibration: confidence differs from accuracy by more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.core.result import NotMeasured, is_measured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext, measured_part

CALIBRATION_GAP = 0.05
"""Expected calibration error from which on a threshold on the confidence misses by a whole goal's margin."""


def miscalibrated(measures: Mapping[str, Any], context: RunContext) -> Issues:
    """An error of CALIBRATION_GAP that a calibrated model would not show by chance on so many rows."""
    measured = measured_part(measures, "calibration", context)
    if isinstance(measured, NotMeasured):
        return measured
    error, chance = measured["error"], measured["error_if_calibrated"]["high"]
    if error < CALIBRATION_GAP or error <= chance:
        return []
    after = measured["error_after_temperature"]
    fixed = f"{after:.3f} at the temperature fitted on validation" if is_measured(after) else f"no mend: {after['why']}"
    evidence = f"calibration error {error:.3f}, {fixed}; a calibrated model stays below {chance:.3f} in 19 of 20 cases"
    gap = sum(b["accuracy"]["rows"] * (b["confidence"] - b["accuracy"]["value"]) for b in measured["bins"])
    side = "surer than it is right" if gap > 0 else "right more often than it is sure"
    command = f"winnow evaluate {context.run}"
    cause = f"the model is {side}; thresholds on its confidence mislead until the temperature is applied"
    return [Issue(error * measures["rows"], evidence, cause, command)]
