"""What a person finds wrong with an answer."""

from __future__ import annotations

from enum import StrEnum


class AnswerProblem(StrEnum):
    """One way in which the answer of a dialogue is wrong."""

    WRONG_TOOL = "wrong_tool"
    WRONG_ARGUMENT = "wrong_argument"
    MISSING = "missing"
    """An argument or a call is missing."""
    INVENTED_VALUE = "invented_value"
    """Nothing in the dialogue gives the value."""
    SHOULD_NOT_CALL = "should_not_call"
    SHOULD_HAVE_CALLED = "should_have_called"
    WORDING = "wording"
    """Only what the assistant says is wrong, not what it does."""


PROBLEM_TITLES = {
    AnswerProblem.WRONG_TOOL: "wrong tool",
    AnswerProblem.WRONG_ARGUMENT: "wrong argument",
    AnswerProblem.MISSING: "missing argument or call",
    AnswerProblem.INVENTED_VALUE: "invented value",
    AnswerProblem.SHOULD_NOT_CALL: "should not call",
    AnswerProblem.SHOULD_HAVE_CALLED: "should have called",
    AnswerProblem.WORDING: "wording",
}
"""How annotators read each problem."""
