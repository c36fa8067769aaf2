"""Overfitting: train is predicted much better than validation, and more data is known to help."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.counted import counted
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
    """Train is predicted better by OVERFIT_GAP, or OVERFIT_NATS, and doubling the data raises accuracy on validation.

    A gap alone is no fault: a linear model of 384 values gets .98 of its train rows right and .89 of others on most
    healthy data. The learning curve tells whether the advice, more data, would help; the rows are what it would gain.
    """
    if isinstance(context.train_accuracy, NotMeasured) and isinstance(context.losses, NotMeasured):
        return context.train_accuracy
    gaps = _gaps(measures, context)
    if not gaps:
        return []
    curve = measures.learning_curve
    gain = curve if isinstance(curve, NotMeasured) else curve.gain_of_doubling
    if isinstance(gain, NotMeasured):
        how = command("evaluate", context.run, learning_curve=True)
        return NotMeasured(f"{'; '.join(gaps)}: whether more data would help is not measured; run {how}")
    if gain.low <= 0:
        return []
    evidence = (
        f"{'; '.join(gaps)}; doubling the data raised accuracy by {percentage_points(gain.difference)} "
        f"({100 * gain.low:.1f} to {100 * gain.high:.1f})"
    )
    cause = "the model memorizes train rows: they are too few or too similar for its capacity"
    return [Issue(gain.difference * measures.rows, evidence, cause, context.more_data_command)]


def _gaps(measures: EvaluationFacts, context: RunContext) -> list[str]:
    """How train is predicted better than validation, in accuracy and in loss."""
    fit, losses = context.train_accuracy, context.losses
    found = []
    if isinstance(fit, Measured) and exceeds_validation(fit, measures):
        gap = fit.value - measures.accuracy
        found.append(
            f"accuracy {fit.value:.3f} on {counted(fit.rows, 'train row')}, {measures.accuracy:.3f} "
            f"on {measures.rows:,} of "
            f"validation: {percentage_points(gap)} less"
        )
    if not isinstance(losses, NotMeasured) and losses.validation - losses.train >= OVERFIT_NATS:
        found.append(f"loss {losses.train:.2f} on train, {losses.validation:.2f} on validation")
    return found


def exceeds_validation(fit: Measured, measures: EvaluationFacts) -> bool:
    """Whether accuracy on train is higher than on validation by OVERFIT_GAP, at the lower end of the interval."""
    gap = newcombe_difference(fit, measured_accuracy(measures))
    return isinstance(gap, Measured) and gap.low >= OVERFIT_GAP
