"""Unneeded calls: a tool is called where the assistant should answer, ask, or say that no tool serves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.core.counted import counted
from winnow.training.diagnostics.issue import Issue, Issues
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.diagnostics.tools.failing_dialogues import (
    MIN_DIALOGUES,
    TOO_FEW_DIALOGUES,
    FailingDialogues,
    count_failing,
    has_error,
    is_frequent,
)
from winnow.training.diagnostics.tools.fixes_of_tools import RULES_OF_BEHAVIORS, contrasts_of_behavior
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.validators.tools.behavior import Behavior


def unneeded_calls(results: Sequence[AnswerResult], context: AnswerContext) -> Issues:
    """Behaviors without a call in place of which tools are called in significantly more dialogues than allowed."""
    by_behavior = {behavior: [one for one in results if one.expected == behavior] for behavior in RULES_OF_BEHAVIORS}
    counts = {behavior: count_failing(own, _calls) for behavior, own in by_behavior.items()}
    tested = {behavior: count for behavior, count in counts.items() if count.dialogues >= MIN_DIALOGUES}
    if not tested:
        return TOO_FEW_DIALOGUES
    return [
        _issue(behavior, count, by_behavior[behavior])
        for behavior, count in tested.items()
        if is_frequent(count, tests=len(tested))
    ]


def _calls(one: AnswerResult) -> bool:
    return has_error(one, AnswerErrorType.CALLED)


def _issue(behavior: Behavior, count: FailingDialogues, own: Sequence[AnswerResult]) -> Issue:
    called = Counter(one.behavior for one in own if _calls(one)).most_common(3)
    evidence = (
        f"{behavior}: a tool is called in {count.failing:,} of {counted(count.dialogues, 'dialogue')}: {count.share}; "
        + ", ".join(f"{name} {times:,}" for name, times in called)
    )
    cause = f"train has too few dialogues of the behavior {behavior} that resemble those with a call"
    return Issue(count.failing, evidence, cause, contrasts_of_behavior(behavior))
