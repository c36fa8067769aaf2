"""Label noise: wrong gold labels explain most of the remaining errors."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.counted import agreeing, counted
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext
from winnow.training.evaluation.evaluation_facts import EvaluationFacts

NOISE_SHARE = 0.5
"""Share of the errors from which label errors explain more of them than the model does."""


def label_noise(measures: EvaluationFacts, context: RunContext) -> Issues:
    """The audited share of wrong labels is above 0 and at least NOISE_SHARE of the model's error rate."""
    measured = context.label_accuracy
    if isinstance(measured, NotMeasured):
        return measured
    wrong, errors = 1 - measured.accuracy, 1 - measures.accuracy
    if wrong <= 0 or wrong < NOISE_SHARE * errors:
        return []
    low, high = 1 - measured.interval[1], 1 - measured.interval[0]
    evidence = (
        f"{wrong:.1%} of {counted(measured.audited, 'audited label')} "
        f"{agreeing(measured.audited, 'was', 'were')} wrong ({low:.1%} to {high:.1%}); the model "
        f"disagrees with {errors:.1%} of the validation labels"
    )
    cause = "label errors explain most of the remaining errors: a better model would hardly score higher"
    return [Issue(wrong * measures.rows, evidence, cause, command("push relabel"))]
