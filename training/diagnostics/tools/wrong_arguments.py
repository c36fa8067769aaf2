"""Wrong arguments: the right tool is called, but with wrong or malformed arguments."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.core.counted import counted
from winnow.training.diagnostics.issue import Issue, Issues
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.diagnostics.tools.failing_dialogues import (
    MIN_DIALOGUES,
    TOO_FEW_DIALOGUES,
    FailingDialogues,
    count_failing,
    errors_as_text,
    is_frequent,
)
from winnow.training.diagnostics.tools.fixes_of_tools import more_dialogues
from winnow.training.evaluation.tools.answer_results import AnswerErrorLine, AnswerResult
from winnow.validators.tools.behavior import TOOL_SEPARATOR, Behavior
from winnow.validators.tools.judge_answer import MALFORMED

ARGUMENT_ERRORS = (
    AnswerErrorType.MISSING_ARGUMENT,
    AnswerErrorType.INVENTED_ARGUMENT,
    AnswerErrorType.WRONG_TYPE,
    AnswerErrorType.INVALID_VALUE,
    AnswerErrorType.WRONG_VALUE,
)
"""Errors in the arguments of a call of the right tool."""

NOT_TOOLS = frozenset({*Behavior, MALFORMED})
"""Behaviors of answers that call nothing."""


def wrong_arguments(results: Sequence[AnswerResult], context: AnswerContext) -> Issues:
    """Tools whose calls are malformed or have wrong arguments in significantly more dialogues than allowed."""
    by_tool = answers_by_tool(results)
    counts = {tool: count_failing(own, partial(errors_in_calls, tool=tool)) for tool, own in by_tool.items()}
    tested = {tool: count for tool, count in counts.items() if count.dialogues >= MIN_DIALOGUES}
    if not tested:
        return TOO_FEW_DIALOGUES
    return [
        _issue(tool, count, by_tool[tool], context)
        for tool, count in tested.items()
        if is_frequent(count, tests=len(tested))
    ]


def expected_tools(results: Sequence[AnswerResult]) -> set[str]:
    """All tools that some answer should call."""
    return {tool for one in results for tool in tools_of(one.expected)}


def tools_of(behavior: str) -> list[str]:
    """The tools of a behavior; none where it is one without calls."""
    return [] if behavior in NOT_TOOLS else behavior.split(TOOL_SEPARATOR)


def answers_by_tool(results: Sequence[AnswerResult]) -> dict[str, list[AnswerResult]]:
    """For each tool, in alphabetical order, the answers that should call it and do, or that cannot be read."""
    found: dict[str, list[AnswerResult]] = {tool: [] for tool in sorted(expected_tools(results))}
    for one in results:
        called = None if one.behavior == MALFORMED else tools_of(one.behavior)
        for tool in tools_of(one.expected):
            if called is None or tool in called:
                found[tool].append(one)
    return found


def errors_in_calls(result: AnswerResult, tool: str) -> list[AnswerErrorLine]:
    """The errors in the arguments of a tool, and those that make the answer unreadable."""
    return [
        one
        for one in result.errors
        if one.name == AnswerErrorType.MALFORMED or (one.name in ARGUMENT_ERRORS and one.tool == tool)
    ]


def _issue(tool: str, count: FailingDialogues, own: Sequence[AnswerResult], context: AnswerContext) -> Issue:
    errors = errors_as_text(error for one in own for error in errors_in_calls(one, tool))
    evidence = (
        f"{tool}: the arguments are wrong or malformed in {count.failing:,} of "
        f"{counted(count.dialogues, 'dialogue')} that "
        f"should call it and do: {count.share}; {errors}"
    )
    cause = "train has too few calls of this tool, or too few values of its arguments"
    return Issue(count.failing, evidence, cause, more_dialogues(tool, count.failing, context.tools))
