"""Tests of ordered values, such as ratings, with the probability of superiority as the size of the effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import Measure, Measured, NotMeasured
from winnow.validators.stats.auroc import auroc
from winnow.validators.stats.differences import paired_difference


@dataclass(frozen=True)
class RankTest:
    """A test of the ranks of two groups of values."""

    p_value: float
    """Two-sided."""
    superiority: Measure
    """Probability that a value of the second group is higher than one of the first, ties counted half: 0.5 is no
    difference. With its 95 % interval."""


def mann_whitney(first: NDArray[np.float64], second: NDArray[np.float64]) -> RankTest:
    """Two independent groups, each with at least one value (Mann and Whitney 1947); exact for few values, no ties."""
    from scipy.stats import mannwhitneyu

    if len(np.unique(np.concatenate([first, second]))) == 1:
        return RankTest(1.0, NotMeasured("all values are equal"))
    found = mannwhitneyu(second, first)
    area = auroc(np.concatenate([first, second]), np.repeat([False, True], [len(first), len(second)]))
    if isinstance(area, NotMeasured) or isinstance(area.interval, NotMeasured):
        return RankTest(float(found.pvalue), NotMeasured("needs two values of each group, and overlapping values"))
    return RankTest(float(found.pvalue), Measured(area.value, *area.interval, area.rows))


def wilcoxon(first: NDArray[np.float64], second: NDArray[np.float64]) -> RankTest:
    """Two values of the same units, in the same order: the signed-rank test without equal pairs (Wilcoxon 1945).

    The size of the effect is the share of units whose second value is higher, equal ones counted half, with Tango's
    interval.
    """
    from scipy.stats import wilcoxon as signed_ranks

    change = np.round(second - first, 12)
    higher, lower = int((change > 0).sum()), int((change < 0).sum())
    found = paired_difference(higher, lower, len(change))
    value, low, high = ((1 + end) / 2 for end in (found.difference, found.low, found.high))
    superiority = Measured(value, low, high, len(change))
    if not higher + lower:
        return RankTest(1.0, superiority)
    return RankTest(float(signed_ranks(change[change != 0]).pvalue), superiority)
