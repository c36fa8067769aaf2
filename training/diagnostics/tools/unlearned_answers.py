"""Unlearned answers: the loss stays high on train and on validation."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.evaluation.tools.answer_results import AnswerResult

UNLEARNED_LOSS = 1.5
"""Loss from which the format itself is not learned: a token of an answer has a mean probability of e^-1.5 = 0.22,
although most tokens of a call (braces, names of keys) hardly vary."""


def unlearned_answers(results: Sequence[AnswerResult], context: AnswerContext) -> Issues:
    """Both losses are above UNLEARNED_LOSS."""
    losses = context.losses
    if isinstance(losses, NotMeasured):
        return losses
    if min(losses) <= UNLEARNED_LOSS:
        return []
    evidence = (
        f"loss {losses.train:.2f} on train and {losses.validation:.2f} on validation: both above {UNLEARNED_LOSS}"
    )
    cause = "the format or the chat template is wrong: not even the fixed parts of an answer are learned"
    wrong = len({one.id for one in results if not one.is_right})
    return [Issue(wrong, evidence, cause, template_check(context))]


def template_check(context: AnswerContext) -> str:
    """The command that checks the dialogues in the chat template of the base model."""
    return command("check", for_=context.base_model or "MODEL")
