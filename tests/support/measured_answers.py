"""Judged answers with everything that measures count: arguments, facets, results before them, and ids."""

from __future__ import annotations

from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.training.evaluation.tools.answer_results import AnswerErrorLine, AnswerResult


def an_error(
    name: AnswerErrorType, *, tool: str = "", argument: str = "", detail: str = "found, expected"
) -> AnswerErrorLine:
    """One error of an answer."""
    return AnswerErrorLine(name=name, detail=detail, tool=tool, argument=argument)


def a_result(
    record: str,
    expected: str,
    behavior: str | None = None,
    *,
    turn: int = 2,
    passed: int = 6,
    errors: list[AnswerErrorLine] | None = None,
    arguments: tuple[int, int] = (0, 0),
    facets: dict[str, str] | None = None,
    expected_calls: int | None = None,
    follows_result: bool = False,
    threads_id: bool = False,
) -> AnswerResult:
    """A judged answer, right if nothing else is said; `arguments` are those matched and expected."""
    in_text = expected in ("direct", "ask", "unable", "general")
    return AnswerResult(
        id=record,
        turn=turn,
        expected=expected,
        behavior=expected if behavior is None else behavior,
        passed=passed,
        errors=errors or [],
        answer=f"answer of {record}",
        expected_answer=f"expected of {record}",
        question=f"question of {record}",
        facets=facets or {},
        matched_arguments=arguments[0],
        expected_arguments=arguments[1],
        tokens=10,
        expected_calls=(0 if in_text else len(expected.split("+"))) if expected_calls is None else expected_calls,
        follows_result=follows_result,
        threads_id=threads_id,
    )
