"""Overfitting: train is predicted much better than validation."""

from __future__ import annotations

from winnow.core.result import Measured, NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext, measured_accuracy, percentage_points
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.validators.stats.differences import newcombe_difference

OVERFIT_GAP = 0.05
"""Accuracy on train minus accuracy on validation, lower end of the interval: the gain that a deployment requires."""

OVERFIT_NATS = 0.5
"""Validation loss minus train loss: the gold label gets e^0.5 = 1.6 times the probability on train. A difference, not a
ratio, because label smoothing raises both losses equally."""


def overfitting(measures: EvaluationFacts, context: RunContext) -> Issues:
    """Accuracy on train is higher than on validation by OVERFIT_GAP, or the loss lower by OVERFIT_NATS."""
    fit, losses = context.train_accuracy, context.losses
    if isinstance(fit, NotMeasured) and isinstance(losses, NotMeasured):
        return fit
    parts, rows = [], 0.0
    if isinstance(fit, Measured):
        gap = newcombe_difference(fit, measured_accuracy(measures))
        if isinstance(gap, Measured) and gap.low >= OVERFIT_GAP:
            rows = gap.value * measures.rows
            parts.append(
                f"accuracy {fit.value:.3f} on {fit.rows:,} train rows, {measures.accuracy:.3f} on validation: "
                f"{percentage_points(gap.value)} less ({100 * gap.low:.1f} to {100 * gap.high:.1f})"
            )
    if not isinstance(losses, NotMeasured) and losses.validation - losses.train >= OVERFIT_NATS:
        rows = rows or (1 - measures.accuracy) * measures.rows
        parts.append(f"loss {losses.train:.2f} on train, {losses.validation:.2f} on validation")
    cause = "the model memorizes train rows: they are too few or too similar for its capacity"
    return [Issue(rows, "; ".join(parts), cause, context.more_data_command)] if parts else []
