"""Low fallback recall: out-of-scope queries get a label instead of the fallback."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.core.result import NotMeasured, is_measured, not_measured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext, measured_part

FALLBACK_RECALL = 0.80
"""Upper end of the interval: the linear probe finds 0.82 of CLINC150's out-of-scope queries when it may hand over 5 %
of the others, so that less is less than what is cheaply had."""


def low_fallback_recall(measures: Mapping[str, Any], context: RunContext) -> Issues:
    """Fewer than FALLBACK_RECALL of the out-of-scope rows go to the fallback."""
    measured = measured_part(measures, "out_of_scope", context)
    if isinstance(measured, NotMeasured):
        return measured
    recall = measured["recall"]
    if recall["high"] >= FALLBACK_RECALL:
        return []
    evidence = (
        f"{recall['value']:.3f} of {recall['rows']:,} out-of-scope rows go to the fallback "
        f"({recall['low']:.3f} to {recall['high']:.3f})"
    )
    at_limit = measured.get("at_in_scope_loss", {})
    if is_measured(at_limit.get("recall", not_measured("an older evaluation"))):
        evidence += (
            f"; {at_limit['recall']['value']:.3f} would, were {at_limit['loss']:.0%} of the others handed over too"
        )
    cause = "train holds too few queries, or too few kinds of them, that no label is for"
    return [Issue((1 - recall["value"]) * recall["rows"], evidence, cause, "winnow generate negatives")]
