"""Unfinished answers: they end at the longest answer that is allowed, without a stop token."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.core.counted import counted
from winnow.training.diagnostics.issue import Issue, Issues
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.diagnostics.tools.failing_dialogues import (
    MIN_DIALOGUES,
    TOO_FEW_DIALOGUES,
    count_failing,
    has_error,
    is_frequent,
)
from winnow.training.diagnostics.tools.unlearned_answers import template_check
from winnow.training.evaluation.tools.answer_results import AnswerResult


def unfinished_answers(results: Sequence[AnswerResult], context: AnswerContext) -> Issues:
    """Answers without an end in significantly more dialogues than allowed."""
    count = count_failing(results, _is_cut_off)
    if count.dialogues < MIN_DIALOGUES:
        return TOO_FEW_DIALOGUES
    if not is_frequent(count):
        return []
    longest = max(one.tokens for one in results if _is_cut_off(one))
    evidence = (
        f"an answer does not end within {counted(longest, 'token')} in {count.failing:,} of "
        f"{counted(count.dialogues, 'dialogue')}: "
        f"{count.share}"
    )
    cause = "the stop token of the chat template is not learned, or the longest answer that is allowed is too short"
    return [Issue(count.failing, evidence, cause, template_check(context))]


def _is_cut_off(one: AnswerResult) -> bool:
    return has_error(one, AnswerErrorType.NOT_FINISHED)
