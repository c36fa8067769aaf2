"""Differences of two shares with their intervals, independent (Newcombe) and paired (Tango)."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import sqrt

from winnow.core.result import Difference, Measure, Measured, NotMeasured
from winnow.validators.stats.intervals import CONFIDENCE_Z


def newcombe_difference(one: Measure, other: Measure) -> Measure:
    """Difference of two independent shares, with an interval derived from their Wilson intervals.

    Source: Newcombe (1998), "Interval estimation for the difference between independent proportions", method 10.
    """
    if isinstance(one, NotMeasured):
        return one
    if isinstance(other, NotMeasured):
        return other
    value = one.value - other.value
    below = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Measured(value, value - below, value + above, one.rows + other.rows)


BISECTION_STEPS = 60
"""Bisection steps: 2 / 2^60 is far below the smallest possible difference of shares, whatever the number of rows."""


def paired_difference(gained: float, lost: float, rows: float) -> Difference:
    """Difference of two shares measured on the same rows: (gained - lost) / rows.

    `gained` counts the rows that only the second model gets right, `lost` those that only the first gets right; all
    three may be effective numbers, of rows that depend on each other. The interval is the score interval of Tango
    (1998), "Equivalence test and confidence interval for the difference in proportions for the paired-sample design".
    The paired bootstrap has too little coverage when few rows differ (docs/decisions/0020-evaluation.md).
    """
    value = (gained - lost) / rows
    low = _zero_crossing(lambda delta: _tango_score(gained, lost, rows, delta) - CONFIDENCE_Z, -1.0, value)
    high = _zero_crossing(lambda delta: _tango_score(gained, lost, rows, delta) + CONFIDENCE_Z, value, 1.0)
    return Difference(value, low, high)


def _tango_score(gained: float, lost: float, rows: float, delta: float) -> float:
    """The score statistic of the hypothesis that the difference is `delta`; it decreases as `delta` grows."""
    a, b = 2.0 * rows, -gained - lost + (2 * rows - gained + lost) * delta
    root = math.sqrt(max(b * b + 4 * a * lost * delta * (1 - delta), 0.0))
    variance = rows * (2 * (root - b) / (2 * a) + delta * (1 - delta))
    distance = gained - lost - rows * delta
    if distance == 0:
        return 0.0
    return distance / math.sqrt(variance) if variance > 1e-12 else math.copysign(math.inf, distance)


def _zero_crossing(falls: Callable[[float], float], low: float, high: float) -> float:
    """Where a decreasing function crosses zero between two points; an endpoint when it does not."""
    if falls(low) <= 0:
        return low
    if falls(high) >= 0:
        return high
    for _ in range(BISECTION_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if falls(middle) > 0 else (low, middle)
    return (low + high) / 2
