"""A figure with its interval, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float
    count: int
    """What it rests on: records for alpha, answers for a share."""

    def json(self) -> dict[str, Any]:
        """For a report."""
        interval = [round(self.low, 6), round(self.high, 6)]
        return {"value": round(self.value, 6), "interval": interval, "count": self.count}


@dataclass(frozen=True)
class NotMeasured:
    """A figure that there is not, and why."""

    why: str

    def json(self) -> dict[str, Any]:
        """For a report."""
        return {"status": "not_measured", "why": self.why}


Measure = Estimate | NotMeasured


def share(hits: int, trials: int, why_not: str) -> Measure:
    """A share with its Wilson score interval (Wilson 1927); not measured, for the reason given, without a trial."""
    if not trials:
        return NotMeasured(why_not)
    from scipy.stats import binomtest  # loads for a second

    found = binomtest(hits, trials).proportion_ci(CONFIDENCE, method="wilson")
    return Estimate(hits / trials, float(found.low), float(found.high), trials)


def difference(one: Measure, other: Measure) -> Measure:
    """Difference of two independent shares, with the interval from their Wilson intervals.

    Source: Newcombe (1998), "Interval estimation for the difference between independent proportions", method 10.
    """
    if isinstance(one, NotMeasured):
        return one
    if isinstance(other, NotMeasured):
        return other
    value = one.value - other.value
    below = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Estimate(value, value - below, value + above, one.count + other.count)
