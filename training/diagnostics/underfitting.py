"""Underfitting: the model does not even fit its train rows."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext
from winnow.training.diagnostics.overfitting import exceeds_validation
from winnow.training.evaluation.evaluation_facts import EvaluationFacts

UNDERFIT_ACCURACY = 0.90
"""Accuracy on train, upper end of the interval: a model that misses one in ten of its own train rows will not reach
95 % on others."""


def underfitting(measures: EvaluationFacts, context: RunContext) -> Issues:
    """Accuracy on train is significantly below UNDERFIT_ACCURACY, and validation is predicted about as well.

    A run that predicts validation much worse than train is not too simple for its data.
    """
    fit = context.train_accuracy
    if isinstance(fit, NotMeasured):
        return fit
    if fit.high >= UNDERFIT_ACCURACY or exceeds_validation(fit, measures):
        return []
    evidence = (
        f"accuracy {fit.value:.3f} on {fit.rows:,} of its own train rows ({fit.low:.3f} to {fit.high:.3f}), and "
        f"{measures.accuracy:.3f} on validation"
    )
    cause = "the model cannot separate the labels even on train: it is too simple, or labels contradict each other"
    simple = context.method == "linear"
    fix = command("train", context.release, method="encoder") if simple else command("push relabel")
    return [Issue((1 - fit.value) * measures.rows, evidence, cause, fix)]
