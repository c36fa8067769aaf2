"""Label noise: wrong gold labels explain most of the remaining errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext

NOISE_SHARE = 0.5
"""Of the errors: from here on wrong labels are the larger part of what is left to gain."""


def label_noise(measures: Mapping[str, Any], context: RunContext) -> Issues:
    """Wrong labels that are NOISE_SHARE of the errors, one of them at least seen by the audit."""
    measured = context.label_accuracy
    if isinstance(measured, NotMeasured):
        return measured
    wrong, errors = 1 - measured["accuracy"], 1 - measures["accuracy"]
    if wrong <= 0 or wrong < NOISE_SHARE * errors:
        return []
    low, high = 1 - measured["interval"][1], 1 - measured["interval"][0]
    evidence = (
        f"{wrong:.1%} of {measured['audited']:,} audited labels were wrong ({low:.1%} to {high:.1%}); the model differs "
        f"from {errors:.1%} of the validation labels"
    )
    cause = "as many errors as that can be the labels' own: a better model would hardly score higher"
    return [Issue(wrong * measures["rows"], evidence, cause, "winnow push relabel")]
