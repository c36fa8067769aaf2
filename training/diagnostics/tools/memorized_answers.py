"""Memorized answers: the loss on train is near 0, while that on validation is not."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.model_vocabulary import GeneratorName
from winnow.core.result import NotMeasured
from winnow.generators.generated_kinds import generator_command
from winnow.training.diagnostics.issue import Issue, Issues
from winnow.training.diagnostics.overfitting import OVERFIT_NATS
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.evaluation.tools.answer_results import AnswerResult


def memorized_answers(results: Sequence[AnswerResult], context: AnswerContext) -> Issues:
    """The loss on validation is higher than on train by OVERFIT_NATS, as with 0.1 and 0.8."""
    losses = context.losses
    if isinstance(losses, NotMeasured):
        return losses
    if losses.validation - losses.train < OVERFIT_NATS:
        return []
    evidence = f"loss {losses.train:.2f} on train, {losses.validation:.2f} on validation"
    cause = (
        "the model memorizes its train answers: they are too few or too much alike. Add more various dialogues, and "
        "until then train one epoch only"
    )
    wrong = len({one.id for one in results if not one.is_right})
    return [Issue(wrong, evidence, cause, generator_command(GeneratorName.VARIATIONS))]
