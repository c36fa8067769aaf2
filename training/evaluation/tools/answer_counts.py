"""What each measure counts in one judged answer: the rows that it adds, and how many of them are hits.

A share is the hits over the rows of all answers; answers of one dialogue depend on each other, so its interval is one
of clusters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from winnow.core.answer_vocabulary import AnswerLevel
from winnow.core.result import Measure
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.validators.stats.clustered_share import ClusterCount, clustered_proportion, count_by_cluster
from winnow.validators.tools.behavior import TOOL_SEPARATOR, Behavior

Count = Callable[[AnswerResult], ClusterCount]
"""The rows and hits of one answer for a measure; no rows where the answer does not count."""

IN_TEXT = frozenset(Behavior)
"""Behaviors of answers without calls."""

NOT_COUNTED = ClusterCount(0, 0)


def counts_of(results: Iterable[AnswerResult], count: Count) -> list[ClusterCount]:
    """The rows and hits of every dialogue that has any."""
    return count_by_cluster((one.id, *counted) for one in results if (counted := count(one)).rows)


def share_of(results: Iterable[AnswerResult], count: Count, why: str = "no answers count") -> Measure:
    """A measure with its interval; not measured, with `why` as the reason, where no answer counts."""
    return clustered_proportion(counts_of(results, count), why)


def parts_of(behavior: str) -> frozenset[str]:
    """The tools of a behavior, or the behavior itself."""
    return frozenset(behavior.split(TOOL_SEPARATOR))


def should_call(result: AnswerResult) -> bool:
    """Whether calls are expected."""
    return result.expected not in IN_TEXT


def selects_right_tools(result: AnswerResult) -> bool:
    """Whether it calls exactly the expected tools, whatever their arguments, or others that are accepted for them."""
    return result.behavior == result.expected or result.passes(AnswerLevel.RIGHT_NAMES)


def accuracy(result: AnswerResult) -> ClusterCount:
    """Every answer; a hit passes all levels."""
    return ClusterCount(result.is_right, 1)


def level(name: AnswerLevel) -> Count:
    """Every answer; a hit passes the level."""
    return lambda result: ClusterCount(result.passes(name), 1)


def selection(result: AnswerResult) -> ClusterCount:
    """Answers that should call; a hit calls the right tools."""
    return _among(should_call(result), selects_right_tools(result))


def values(result: AnswerResult) -> ClusterCount:
    """Answers that should call; a hit is right in every value."""
    return _among(should_call(result), result.is_right)


def arguments(result: AnswerResult) -> ClusterCount:
    """Every expected argument; a hit has an accepted value."""
    return ClusterCount(result.matched_arguments, result.expected_arguments)


def recall(name: str) -> Count:
    """Answers that are expected to show a behavior or to call a tool; a hit does."""
    return lambda result: _among(name in parts_of(result.expected), name in parts_of(result.behavior))


def precision(name: str) -> Count:
    """Answers that show a behavior or call a tool; a hit is expected to."""
    return lambda result: _among(name in parts_of(result.behavior), name in parts_of(result.expected))


def no_call_recall(result: AnswerResult) -> ClusterCount:
    """Answers that should not call; a hit is readable and does not."""
    return _among(result.expected in IN_TEXT, result.behavior in IN_TEXT)


def no_call_precision(result: AnswerResult) -> ClusterCount:
    """Readable answers without calls; a hit should not call."""
    return _among(result.behavior in IN_TEXT, result.expected in IN_TEXT)


def pair(first: str, second: str) -> Count:
    """Answers that should name one of two and not the other; a hit does."""
    both = {first, second}

    def count(result: AnswerResult) -> ClusterCount:
        expected = parts_of(result.expected) & both
        return _among(len(expected) == 1, parts_of(result.behavior) & both == expected)

    return count


def pairs(declared: Iterable[tuple[str, str]]) -> Count:
    """Answers that belong to any of several pairs, each once; a hit is right for every pair that it belongs to."""
    every = [pair(*one) for one in declared]

    def count(result: AnswerResult) -> ClusterCount:
        found = [one for one in (each(result) for each in every) if one.rows]
        return _among(bool(found), all(one.hits for one in found))

    return count


def among(kept: Callable[[AnswerResult], bool], count: Count) -> Count:
    """A measure of the answers for which a condition holds."""
    return lambda result: count(result) if kept(result) else NOT_COUNTED


def _among(counted: bool, hit: bool) -> ClusterCount:
    return ClusterCount(hit, 1) if counted else NOT_COUNTED
