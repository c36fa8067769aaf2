"""Two models on the same answers: paired differences by level, by behavior and by type of error. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel
from winnow.core.result import NotMeasured
from winnow.training.evaluation.paired import MIN_DIFFERING_ROWS
from winnow.training.evaluation.tools.answer_counts import selects_right_tools, should_call
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.tool_comparison_facts import (
    ComparedAnswers,
    ComparedErrorType,
    ToolPairedComparison,
)
from winnow.validators.stats.paired_clusters import PairedCluster, compare_clusters
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, holm
from winnow.validators.tools.answer_judgment import LEVELS

ACCURACY, SELECTION = "accuracy", "selection"

TOO_FEW_RECORDS = NotMeasured(f"fewer than {MIN_DIFFERING_ROWS} differing dialogues")

Test = TypeVar("Test", ComparedAnswers, ComparedErrorType)

Pair = tuple[AnswerResult, AnswerResult]
"""The same answer by both models."""

IsRight = Callable[[AnswerResult], bool]


class _Outcome(NamedTuple):
    """Whether something holds for one answer of each model."""

    record: str
    first: bool
    second: bool


def compare_answers(first: Sequence[AnswerResult], second: Sequence[AnswerResult]) -> ToolPairedComparison:
    """Compare the second model with the first on the same answers, given in the same order; at least one.

    P-values are those of exact sign tests on dialogues. Those of `levels`, `per_behavior` and `errors` are adjusted
    for the number of tests in each of these lists (Holm); that of `accuracy` is to be adjusted for the pairs of runs.
    """
    pairs = list(zip(first, second, strict=True))
    accuracy = _compare(ACCURACY, pairs, lambda one: one.is_right)
    by_behavior = _by_behavior(pairs)
    return ToolPairedComparison(
        accuracy=accuracy,
        levels=with_adjusted(_levels(pairs)),
        per_behavior=sorted(with_adjusted(by_behavior), key=lambda one: (-abs(one.second - one.first), one.measure)),
        errors=_by_error_type(pairs),
    )


def with_adjusted(compared: Sequence[Test], *, least: int = MIN_DIFFERING_ROWS) -> list[Test]:
    """The same with p-values adjusted for their number, and the verdicts.

    Only what differs in enough dialogues to be significant is tested (Tarone 1990, "A modified Bonferroni method for
    discrete data").
    """
    found, tested = list(compared), [i for i, one in enumerate(compared) if one.better + one.worse >= least]
    for i, p in zip(tested, holm([found[i].p_value for i in tested]), strict=True):
        found[i] = found[i].model_copy(update={"p_adjusted": p, "differs": p < SIGNIFICANCE_LEVEL})
    return found


def _levels(pairs: Sequence[Pair]) -> list[ComparedAnswers]:
    compared = [_compare(level, pairs, partial(_passes, level=level)) for level in LEVELS[:-1]]
    calling = [pair for pair in pairs if should_call(pair[0])]
    if calling:
        compared.append(_compare(SELECTION, calling, selects_right_tools))
    return compared


def _passes(one: AnswerResult, *, level: AnswerLevel) -> bool:
    return one.passes(level)


def _by_behavior(pairs: Sequence[Pair]) -> list[ComparedAnswers]:
    by_behavior: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_behavior[pair[0].expected].append(pair)
    return [_compare(name, some, lambda one: one.is_right) for name, some in by_behavior.items()]


def _compare(measure: str, pairs: Sequence[Pair], is_right: IsRight) -> ComparedAnswers:
    outcomes = [_Outcome(one.id, is_right(one), is_right(other)) for one, other in pairs]
    clusters = _clusters(outcomes)
    found = compare_clusters(list(clusters.values()))
    return ComparedAnswers(
        measure=measure,
        answers=len(pairs),
        records=len(clusters),
        first=sum(one.first for one in outcomes),
        second=sum(one.second for one in outcomes),
        only_first_right=sum(one.lost for one in clusters.values()),
        only_second_right=sum(one.gained for one in clusters.values()),
        difference=found.difference,
        better=found.better,
        worse=found.worse,
        p_value=found.p_value,
        p_adjusted=TOO_FEW_RECORDS,
        differs=TOO_FEW_RECORDS,
    )


def _clusters(outcomes: Iterable[_Outcome]) -> Mapping[str, PairedCluster]:
    """The outcomes of each record."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for record, first, second in outcomes:
        added = (1, second and not first, first and not second)
        counts[record] = [count + more for count, more in zip(counts[record], added, strict=True)]
    return {record: PairedCluster(*own) for record, own in counts.items()}


def _by_error_type(pairs: Sequence[Pair]) -> list[ComparedErrorType]:
    """How often each model makes each type of error, largest changes first."""
    compared = [_compare_errors(error, pairs) for error in AnswerErrorType]
    found = with_adjusted([one for one in compared if one.first or one.second])
    return sorted(found, key=lambda one: (-abs(one.second - one.first), one.error))


def _compare_errors(error: AnswerErrorType, pairs: Sequence[Pair]) -> ComparedErrorType:
    made = [_Outcome(one.id, _makes(one, error), _makes(other, error)) for one, other in pairs]
    clusters = _clusters(made)
    found = compare_clusters(list(clusters.values()))
    return ComparedErrorType(
        error=error,
        first=sum(one.first for one in made),
        second=sum(one.second for one in made),
        fixed=sum(one.lost for one in clusters.values()),
        introduced=sum(one.gained for one in clusters.values()),
        better=found.worse,
        worse=found.better,
        p_value=found.p_value,
        p_adjusted=TOO_FEW_RECORDS,
        differs=TOO_FEW_RECORDS,
    )


def _makes(result: AnswerResult, error: AnswerErrorType) -> bool:
    return any(one.name == error for one in result.errors)
