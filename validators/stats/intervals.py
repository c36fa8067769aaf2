"""Shares with their 95 % Wilson score interval."""

from __future__ import annotations

import math

from winnow.core.result import Measure, Measured, NotMeasured

CONFIDENCE = 0.95
"""Confidence level of every interval."""

CONFIDENCE_Z = 1.959963984540054
"""Two-sided 95 % quantile of the standard normal distribution."""

ONE_SIDED_Z = 1.6448536269514722
"""95 % quantile of the standard normal distribution, for one-sided bounds."""


def proportion(hits: int, rows: int, why: str = "no rows") -> Measure:
    """A share with its Wilson score interval; not measured, with `why` as the reason, without rows.

    Its coverage holds at small n and near 0 and 1 (Wilson 1927).
    """
    return measured_proportion(hits, rows) if rows else NotMeasured(why)


def measured_proportion(hits: int, rows: int) -> Measured:
    """The same for at least one row."""
    return Measured(hits / rows, *wilson_bounds(hits / rows, rows), rows)


def wilson_bounds(share: float, rows: float, *, z: float = CONFIDENCE_Z) -> tuple[float, float]:
    """The ends of the Wilson score interval; `rows` may be the effective sample size of a weighted share."""
    center = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * math.sqrt(max(share * (1 - share), 0.0) / rows + z * z / (4 * rows * rows))
    return max(0.0, center - half), min(1.0, center + half)
