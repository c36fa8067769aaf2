"""Signs that a model does not know what it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curation.estimates import NotMeasured
from training.intervals import is_measured, not_measured
from training.signs import About, Sign, Signs, part

CALIBRATION_GAP = 0.05
"""Expected calibration error from which on a threshold on the confidence misses by a whole goal's margin."""
FALLBACK_RECALL = 0.80
"""Upper end of the interval: the linear probe finds 0.82 of CLINC150's out-of-scope queries when it may hand over 5 %
of the others, so that less is less than what is cheaply had."""


def miscalibrated(measures: Mapping[str, Any], about: About) -> Signs:
    """An error of CALIBRATION_GAP that a calibrated model would not show by chance on so many rows."""
    told = part(measures, "calibration", about)
    if isinstance(told, NotMeasured):
        return told
    error, chance = told["error"], told["error_if_calibrated"]["high"]
    if error < CALIBRATION_GAP or error <= chance:
        return []
    after = told["error_after_temperature"]
    mended = (
        f"{after:.3f} at the temperature fitted on validation" if is_measured(after) else f"no mend: {after['why']}"
    )
    evidence = f"calibration error {error:.3f}, {mended}; a calibrated model stays below {chance:.3f} in 19 of 20 cases"
    gap = sum(b["accuracy"]["rows"] * (b["confidence"] - b["accuracy"]["value"]) for b in told["bins"])
    side = "surer than it is right" if gap > 0 else "right more often than it is sure"
    command = f"winnow evaluate {about.run}"
    cause = f"the model is {side}; thresholds on its confidence mislead until the temperature is applied"
    return [Sign(error * measures["rows"], evidence, cause, command)]


def fallback_not_learnt(measures: Mapping[str, Any], about: About) -> Signs:
    """Fewer than FALLBACK_RECALL of the out-of-scope rows go to the fallback."""
    told = part(measures, "out_of_scope", about)
    if isinstance(told, NotMeasured):
        return told
    recall = told["recall"]
    if recall["high"] >= FALLBACK_RECALL:
        return []
    evidence = (
        f"{recall['value']:.3f} of {recall['rows']:,} out-of-scope rows go to the fallback "
        f"({recall['low']:.3f} to {recall['high']:.3f})"
    )
    at = told.get("at_in_scope_loss", {})
    if is_measured(at.get("recall", not_measured("an older evaluation"))):
        evidence += f"; {at['recall']['value']:.3f} would, were {at['loss']:.0%} of the others handed over too"
    cause = "train holds too few queries, or too few kinds of them, that no label is for"
    return [Sign((1 - recall["value"]) * recall["rows"], evidence, cause, "winnow generate negatives")]
