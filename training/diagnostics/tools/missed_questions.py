"""Missed questions: the assistant answers in text, but does not ask for the value that is missing."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.core.counted import agreeing, counted
from winnow.training.diagnostics.issue import Issue, Issues
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.diagnostics.tools.failing_dialogues import (
    MIN_DIALOGUES,
    TOO_FEW_DIALOGUES,
    count_failing,
    has_error,
    is_frequent,
)
from winnow.training.diagnostics.tools.fixes_of_tools import contrasts_of_behavior
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.validators.tools.behavior import Behavior


def missed_questions(results: Sequence[AnswerResult], context: AnswerContext) -> Issues:
    """No question in significantly more dialogues with a missing value than allowed."""
    asking = [one for one in results if one.expected == Behavior.ASK]
    count = count_failing(asking, lambda one: has_error(one, AnswerErrorType.DID_NOT_ASK))
    if count.dialogues < MIN_DIALOGUES:
        return TOO_FEW_DIALOGUES
    if not is_frequent(count):
        return []
    evidence = (
        f"the missing value is not asked for in {count.failing:,} of "
        f"{counted(count.dialogues, 'dialogue')} that {agreeing(count.dialogues, 'lacks', 'lack')} one: "
        f"{count.share}; calls in their place are counted apart"
    )
    cause = "train has too few dialogues in which a needed value is missing"
    return [Issue(count.failing, evidence, cause, contrasts_of_behavior(Behavior.ASK))]
