"""Shares with their 95 % Wilson score interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from winnow.core.result import Measure, Measured, NotMeasured, not_measured

CONFIDENCE_Z = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True)
class Proportion:
    """The share of hits among trials, with its 95 % Wilson score interval."""

    value: float | None
    """None when there were no trials."""
    low: float | None
    high: float | None
    trials: int

    def json(self, why: str = "no rows") -> dict[str, Any]:
        """The JSON form for a report; `why` is the reason given when there were no trials."""
        if self.value is None:
            return not_measured(why)
        return {"value": self.value, "low": self.low, "high": self.high, "rows": self.trials}


def proportion(hits: int, trials: int) -> Proportion:
    """A share with its Wilson score interval (Wilson 1927; its coverage holds at small n and near 0 and 1)."""
    if trials == 0:
        return Proportion(None, None, None, 0)
    return Proportion(hits / trials, *wilson(hits / trials, trials), trials)


def wilson(value: float, rows: float, *, z: float = CONFIDENCE_Z) -> tuple[float, float]:
    """The Wilson score interval of a share; `rows` may be the effective sample size of a weighted share."""
    center = (value + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * math.sqrt(max(value * (1 - value), 0.0) / rows + z * z / (4 * rows * rows))
    return max(0.0, center - half), min(1.0, center + half)


CONFIDENCE = 0.95


def wilson_estimate(hits: int, trials: int, why: str) -> Measure:
    """A share with its Wilson score interval (Wilson 1927); not measured, with `why` as the reason, without trials."""
    if not trials:
        return NotMeasured(why)
    from scipy.stats import binomtest  # takes about a second to import

    found = binomtest(hits, trials).proportion_ci(CONFIDENCE, method="wilson")
    return Measured(hits / trials, float(found.low), float(found.high), trials)
