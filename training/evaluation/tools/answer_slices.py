"""Accuracy of answers by facet, each value tested against all other answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winnow.core.result import Measured, NotMeasured
from winnow.training.evaluation.evaluation_facts import Slice
from winnow.training.evaluation.slices import MIN_TESTED_SLICE
from winnow.training.evaluation.tools.answer_counts import accuracy, counts_of
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.validators.stats.clustered_share import ClusterCount, clustered_proportion, effective_count
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, fisher, holm

ALL_INSIDE = "all answers are in this slice"

TOO_FEW = NotMeasured(f"fewer than {MIN_TESTED_SLICE} effective answers inside or outside the slice")


@dataclass(frozen=True)
class _ComparedAnswers:
    """The answers with one value of a facet, and all others."""

    facet: str
    value: str
    inside: tuple[ClusterCount, ...]
    outside: tuple[ClusterCount, ...]

    @property
    def is_tested(self) -> bool:
        """Whether both sides are large enough for a test; with fewer answers, a single one could decide it."""
        return min(effective_count(side).rows for side in (self.inside, self.outside)) >= MIN_TESTED_SLICE

    @property
    def p_value(self) -> float:
        """Of Fisher's exact test on effective answers, which are rounded down."""
        return fisher(*_whole_numbers(self.inside), *_whole_numbers(self.outside))


def _whole_numbers(counts: Sequence[ClusterCount]) -> ClusterCount:
    """The hits and the effective rows, rounded down, with the same share."""
    effective = effective_count(counts)
    rows = int(effective.rows)
    return ClusterCount(round(effective.hits / effective.rows * rows), rows)


def answer_slices(results: Sequence[AnswerResult]) -> list[Slice]:
    """The accuracy of every value of every facet, with p-values adjusted for all tested slices (Holm).

    The slices that lose the most answers compared with the others come first.
    """
    every = [_compare(facet, value, results) for facet, value in _facet_values(results)]
    tested = {place: one.p_value for place, one in enumerate(every) if one.is_tested}
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    found = [_measured(one, tested.get(place), adjusted.get(place)) for place, one in enumerate(every)]
    return sorted(found, key=lambda one: (-one.rows_lost, one.slice, one.value))


def _facet_values(results: Sequence[AnswerResult]) -> list[tuple[str, str]]:
    return sorted({pair for one in results for pair in one.facets.items()})


def _compare(facet: str, value: str, results: Sequence[AnswerResult]) -> _ComparedAnswers:
    inside = [one for one in results if one.facets.get(facet) == value]
    outside = [one for one in results if one.facets.get(facet) != value]
    return _ComparedAnswers(facet, value, tuple(counts_of(inside, accuracy)), tuple(counts_of(outside, accuracy)))


def _measured(one: _ComparedAnswers, p_value: float | None, adjusted: float | None) -> Slice:
    here, there = clustered_proportion(one.inside), clustered_proportion(one.outside, ALL_INSIDE)
    assert isinstance(here, Measured)  # every listed value has an answer
    lost = here.rows * (there.value - here.value) if isinstance(there, Measured) else 0.0
    return Slice(
        slice=one.facet,
        value=one.value,
        rows=here.rows,
        accuracy=here,
        elsewhere=there,
        rows_lost=lost,
        p_value=p_value,
        p_adjusted=adjusted,
        differs=TOO_FEW if adjusted is None else adjusted < SIGNIFICANCE_LEVEL,
    )
