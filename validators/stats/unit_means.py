"""Differences of means over units, such as sessions: permutation tests with bootstrap intervals.

Units are compared by their means, so that a unit with many rows counts once. A mean has few distinct values, so that
values are counted and the counts are drawn, which takes as long for a million units as for a hundred.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import Difference
from winnow.validators.stats.intervals import CONFIDENCE
from winnow.validators.stats.quantiles import percentile_bounds

BOOTSTRAP_SAMPLES = 4_000

PERMUTATIONS = 9_999
"""With the observed assignment, 10,000: the smallest p-value is 0.0001."""

VALUES_PER_DRAW = 2_000_000
"""Numbers drawn at a time, to bound memory."""

ROUNDING = 1e-12
"""Sums in floating point that differ by less are equal."""

Values = NDArray[np.float64]

Draw = Callable[[int], Values]
"""Draws so many resampled means."""


@dataclass(frozen=True)
class MeanDifference:
    """The difference of two means of units."""

    difference: Difference
    """Second minus first, with the 95 % percentile interval of the bootstrap over units."""
    p_value: float
    """Two-sided, of a permutation test: the hypothesis is that the assignment to the variants changes nothing."""


def paired_mean_difference(first: Values, second: Values, *, seed: int) -> MeanDifference:
    """The mean change of units that have both values; `first` and `second` are in the same order.

    The test exchanges the two values of a unit at random (Fisher's randomization test).
    """
    generator = np.random.default_rng(seed)
    change, counts = np.unique(np.round(second - first, 12), return_counts=True)
    units = len(first)

    def resampled(samples: int) -> Values:
        drawn: Values = generator.multinomial(units, counts / units, samples) @ change / units
        return drawn

    def exchanged(samples: int) -> Values:
        kept = generator.binomial(counts, 0.5, (samples, len(counts)))
        drawn: Values = (2 * kept - counts) @ change / units
        return drawn

    value = float(counts @ change) / units
    return _result(
        value, _drawn(resampled, BOOTSTRAP_SAMPLES, len(counts)), _drawn(exchanged, PERMUTATIONS, len(counts))
    )


def independent_mean_difference(first: Values, second: Values, *, seed: int) -> MeanDifference:
    """The difference of the means of two groups of units. The test assigns the units to the groups at random."""
    generator = np.random.default_rng(seed)
    values, codes = np.unique(np.round(np.concatenate([first, second]), 12), return_inverse=True)
    one = np.bincount(codes[: len(first)], minlength=len(values))
    other = np.bincount(codes[len(first) :], minlength=len(values))
    pooled, total = one + other, float((one + other) @ values)

    def resampled(samples: int) -> Values:
        before: Values = generator.multinomial(len(first), one / len(first), samples) @ values / len(first)
        after: Values = generator.multinomial(len(second), other / len(second), samples) @ values / len(second)
        return after - before

    def reassigned(samples: int) -> Values:
        drawn = generator.multivariate_hypergeometric(pooled, len(first), samples, method="marginals") @ values
        differences: Values = (total - drawn) / len(second) - drawn / len(first)
        return differences

    value = float(other @ values) / len(second) - float(one @ values) / len(first)
    width = len(values)
    return _result(value, _drawn(resampled, BOOTSTRAP_SAMPLES, width), _drawn(reassigned, PERMUTATIONS, width))


def _drawn(draw: Draw, samples: int, width: int) -> Values:
    """So many resampled means, drawn in steps."""
    step = max(1, VALUES_PER_DRAW // max(width, 1))
    return np.concatenate([draw(min(step, samples - start)) for start in range(0, samples, step)])


def _result(value: float, resampled: Values, permuted: Values) -> MeanDifference:
    low, high = percentile_bounds(resampled, confidence=CONFIDENCE)
    as_far = int((np.abs(permuted) >= abs(value) - ROUNDING).sum())
    return MeanDifference(Difference(value, low, high), (as_far + 1) / (len(permuted) + 1))
