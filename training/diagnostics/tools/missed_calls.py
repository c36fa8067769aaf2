"""Missed calls: the assistant answers in text where it should call a tool."""

from __future__ import annotations

from collections import Counter
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
from winnow.training.diagnostics.tools.fixes_of_tools import more_dialogues
from winnow.training.diagnostics.tools.wrong_arguments import tools_of
from winnow.training.evaluation.tools.answer_results import AnswerResult


def missed_calls(results: Sequence[AnswerResult], context: AnswerContext) -> Issues:
    """Text in place of calls in significantly more dialogues than allowed; the fix is for the tool that misses most."""
    calling = [one for one in results if tools_of(one.expected)]
    count = count_failing(calling, _answers_in_text)
    if count.dialogues < MIN_DIALOGUES:
        return TOO_FEW_DIALOGUES
    if not is_frequent(count):
        return []
    missed = [one for one in calling if _answers_in_text(one)]
    instead = Counter(one.behavior for one in missed).most_common(3)
    by_tool = Counter(tool for one in missed for tool in tools_of(one.expected))
    tool, times = by_tool.most_common(1)[0]
    evidence = (
        f"no tool is called in {count.failing:,} of {counted(count.dialogues, 'dialogue')} that "
        f"{agreeing(count.dialogues, 'needs', 'need')} a call: {count.share}; "
        f"instead: {', '.join(f'{name} {number:,}' for name, number in instead)}; most often missed: {tool} {times:,}"
    )
    cause = "train has too many dialogues without a call, or too few that call these tools"
    return [Issue(count.failing, evidence, cause, more_dialogues(tool, times, context.tools))]


def _answers_in_text(one: AnswerResult) -> bool:
    return has_error(one, AnswerErrorType.DID_NOT_CALL)
