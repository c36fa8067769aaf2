"""Judge the answer of an interaction by its result and its feedback, as the task file says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from winnow.config.interactions import InteractionsConfig
from winnow.core.interaction_line import CorrectionKey, ExecutionResult, ExecutionStatus, HumanFeedback, InteractionLine
from winnow.core.interaction_vocabulary import Judgment

NO_CALLS: dict[str, list[object]] = {CorrectionKey.CALLS.value: []}
"""A correction that says only that no call was right."""

NO_CORRECTIONS: tuple[object, ...] = (None, "", [], {}, NO_CALLS)
"""Corrections that give no right answer."""


class _Fault(NamedTuple):
    """One thing that speaks against an answer."""

    reason: str
    """A name for it, to count by."""
    detail: str


class JudgedAnswer(NamedTuple):
    """What is known about the answer of an interaction."""

    judgment: Judgment
    why: str
    """What it follows from, for a decision or a reason."""
    by_person: bool
    """A person said so."""
    reason: str = ""
    """Of a failure: the first thing that speaks against the answer, as a name to count by."""


def judged_answer(line: InteractionLine, policy: InteractionsConfig) -> JudgedAnswer:
    """The judgment about an interaction with its updates applied.

    A correction counts most, then what a person rated, then results; a failure counts more than what speaks for the
    answer.
    """
    result, feedback = line.result or ExecutionResult(), line.feedback or HumanFeedback()
    if feedback.corrections not in NO_CORRECTIONS:
        return JudgedAnswer(Judgment.CORRECTED, "corrected", by_person=True)
    if faults := [*_bad_feedback(feedback, policy)]:
        return _failed(faults, by_person=True)
    is_tested = bool(result.tests_passed) or not policy.require_tests_passed
    if feedback.rating is not None and is_tested:
        return JudgedAnswer(Judgment.GOOD, f"rating {feedback.rating}", by_person=True)
    if faults := [*_bad_results(result, policy)]:
        return _failed(faults, by_person=False)
    if is_tested and (reasons := [*_good_results(result, policy)]):
        return JudgedAnswer(Judgment.GOOD, ", ".join(reasons), by_person=False)
    return JudgedAnswer(Judgment.UNRATED, "neither rated nor tested", by_person=False)


def _failed(faults: Sequence[_Fault], *, by_person: bool) -> JudgedAnswer:
    why = ", ".join(fault.detail for fault in faults)
    return JudgedAnswer(Judgment.FAILED, why, by_person=by_person, reason=faults[0].reason)


def _bad_feedback(feedback: HumanFeedback, policy: InteractionsConfig) -> Iterator[_Fault]:
    if feedback.rating is not None and feedback.rating < policy.minimum_rating:
        yield _Fault("rating", f"rating {feedback.rating}, expected {policy.minimum_rating} or more")
    if feedback.corrections == NO_CALLS:
        yield _Fault("corrections", "no call is right")


def _bad_results(result: ExecutionResult, policy: InteractionsConfig) -> Iterator[_Fault]:
    if result.status not in (None, ExecutionStatus.OK):
        yield _Fault(f"status {result.status}", f"status {result.status}")
    if result.tests_passed is False:
        yield _Fault("tests", "tests failed")
    minimum, score = policy.minimum_review_score, result.review_score
    if minimum is not None and score is not None and score < minimum:
        yield _Fault("review score", f"review score {score:g}, expected {minimum:g} or more")


def _good_results(result: ExecutionResult, policy: InteractionsConfig) -> Iterator[str]:
    if result.tests_passed:
        yield "tests passed"
    if policy.minimum_review_score is not None and result.review_score is not None:
        yield f"review score {result.review_score:g}"
