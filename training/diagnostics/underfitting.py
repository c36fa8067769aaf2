"""Underfitting: the model does not even fit its train rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext

UNDERFIT_ACCURACY = 0.90
"""On train, upper end of the interval: who cannot repeat nine in ten of what it was told will not reach 95 % of what it
was not."""


def underfitting(measures: Mapping[str, Any], context: RunContext) -> Issues:
    """Train itself is answered worse than UNDERFIT_ACCURACY."""
    fit = context.train_accuracy
    if isinstance(fit, NotMeasured):
        return fit
    if fit.high >= UNDERFIT_ACCURACY:
        return []
    evidence = (
        f"accuracy {fit.value:.3f} on {fit.count:,} of its own train rows ({fit.low:.3f} to {fit.high:.3f}), and "
        f"{measures['accuracy']:.3f} on validation"
    )
    cause = (
        "the model cannot tell the labels apart even where it was told: it is too weak, or labels contradict each other"
    )
    weak = context.method == "linear"
    command = f"winnow train {context.release} --method encoder" if weak else "winnow push relabel"
    return [Issue((1 - fit.value) * measures["rows"], evidence, cause, command)]
