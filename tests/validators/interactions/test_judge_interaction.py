"""What people say counts more than results, and the policy sets the limits."""

from __future__ import annotations

from typing import Any

import pytest

from winnow.config.interactions import InteractionsConfig
from winnow.core.interaction_line import ExecutionResult, HumanFeedback, InteractionLine, LineKind
from winnow.core.interaction_vocabulary import Judgment
from winnow.validators.interactions.judge_interaction import JudgedAnswer, judged_answer


def judged(result: dict[str, Any] | None = None, feedback: dict[str, Any] | None = None, **policy: Any) -> JudgedAnswer:
    line = InteractionLine.model_construct(
        kind=LineKind.INTERACTION,
        id="a",
        timestamp="",
        result=ExecutionResult(**result) if result else None,
        feedback=HumanFeedback(**feedback) if feedback else None,
    )
    return judged_answer(line, InteractionsConfig(**policy))


def test_without_result_and_feedback_an_answer_is_unrated() -> None:
    assert judged() == JudgedAnswer(Judgment.UNRATED, "neither rated nor tested", by_person=False)
    assert judged({"status": "ok", "seconds": 2.0}).judgment == Judgment.UNRATED


@pytest.mark.parametrize(("rating", "judgment"), [(5, Judgment.GOOD), (4, Judgment.GOOD), (3, Judgment.FAILED)])
def test_a_rating_counts_more_than_results(rating: int, judgment: Judgment) -> None:
    for result in ({"tests_passed": False, "status": "error"}, {"tests_passed": True}):
        found = judged(result, {"rating": rating})
        assert (found.judgment, found.by_person) == (judgment, True)
    assert judged(None, {"rating": rating}, minimum_rating=1).judgment == Judgment.GOOD


def test_a_correction_counts_more_than_everything_else() -> None:
    assert judged({"status": "error"}, {"rating": 5, "corrections": "it_vpn"}).judgment == Judgment.CORRECTED


@pytest.mark.parametrize("nothing", ["", [], {}, None])
def test_empty_corrections_correct_nothing(nothing: object) -> None:
    assert judged(None, {"corrections": nothing}).judgment == Judgment.UNRATED


def test_that_no_call_is_right_is_a_failure_by_a_person() -> None:
    assert judged({"tests_passed": True}, {"corrections": {"calls": []}}) == JudgedAnswer(
        Judgment.FAILED, "no call is right", by_person=True, reason="corrections"
    )


@pytest.mark.parametrize(
    ("result", "why", "reason"),
    [
        ({"status": "error"}, "status error", "status error"),
        ({"status": "failed", "tests_passed": False}, "status failed, tests failed", "status failed"),
        ({"status": "ok", "tests_passed": False}, "tests failed", "tests"),
        ({"tests_passed": True, "review_score": 0.4}, "review score 0.4, expected 0.5 or more", "review score"),
    ],
)
def test_a_failed_result_is_a_failure(result: dict[str, Any], why: str, reason: str) -> None:
    found = judged(result, minimum_review_score=0.5)
    assert found == JudgedAnswer(Judgment.FAILED, why, by_person=False, reason=reason)


def test_a_review_score_says_nothing_without_a_minimum() -> None:
    assert judged({"review_score": 0.1}).judgment == Judgment.UNRATED
    assert judged({"review_score": 0.9}, minimum_review_score=0.5).judgment == Judgment.GOOD


def test_where_tests_are_required_nothing_else_makes_an_answer_good() -> None:
    policy = {"require_tests_passed": True, "minimum_review_score": 0.5}
    assert judged({"review_score": 0.9}, {"rating": 5}, **policy).judgment == Judgment.UNRATED
    assert judged({"tests_passed": False}, {"rating": 5}, **policy).judgment == Judgment.FAILED
    assert judged({"tests_passed": True}, {"rating": 5}, **policy).by_person
    assert judged({"tests_passed": True}, **policy).judgment == Judgment.GOOD
