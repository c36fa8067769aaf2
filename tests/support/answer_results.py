"""Judged answers, as an evaluation stores them."""

from __future__ import annotations

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.training.evaluation.tools.answer_results import AnswerErrorLine, AnswerResult

RIGHT = 6


def an_error(name: str, *, tool: str = "", argument: str = "") -> AnswerErrorLine:
    """One error of a type."""
    return AnswerErrorLine(name=AnswerErrorType(name), detail=f"{name} in this test", tool=tool, argument=argument)


def an_answer(
    record: str,
    expected: str = "weather",
    behavior: str | None = None,
    *errors: AnswerErrorLine,
    turn: int = 2,
    passed: int | None = None,
    tokens: int = 20,
) -> AnswerResult:
    """An answer that is right unless it has errors; then it passes no level, or as many as are given."""
    shown = expected if behavior is None else behavior
    return AnswerResult(
        id=record,
        turn=turn,
        expected=expected,
        behavior=shown,
        passed=(0 if errors else RIGHT) if passed is None else passed,
        errors=list(errors),
        answer=f"answer of {shown}",
        expected_answer=f"answer of {expected}",
        question=f"question of {record}",
        facets={},
        matched_arguments=0,
        expected_arguments=0,
        tokens=tokens,
    )


def answers(prefix: str, count: int, expected: str, behavior: str, *errors: AnswerErrorLine) -> list[AnswerResult]:
    """One answer in each of so many dialogues."""
    return [an_answer(f"{prefix}{i}", expected, behavior, *errors) for i in range(count)]
