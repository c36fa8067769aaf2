"""What a count can and cannot say: intervals of shares and of paired differences, and exact tests."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

CONFIDENCE_Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""
LEVEL = 0.05
"""A test is called beyond chance below this."""
HALVINGS = 60
"""Steps of a bisection: 2 / 2^60 is far below what a share of any number of rows can differ by."""


@dataclass(frozen=True)
class Proportion:
    """Hits of trials with the 95 % Wilson score interval."""

    value: float | None
    """None when there was no trial."""
    low: float | None
    high: float | None
    trials: int

    def json(self, why: str = "no row") -> dict[str, Any]:
        """For a report; `why` says what is missing when there was no trial."""
        if self.value is None:
            return not_measured(why)
        return {"value": self.value, "low": self.low, "high": self.high, "rows": self.trials}


def not_measured(why: str) -> dict[str, Any]:
    """How a report says that a figure is absent."""
    return {"status": "not_measured", "why": why}


def is_measured(figure: object) -> bool:
    """Whether a figure of a report is there: absence is a dict that says so."""
    return not (isinstance(figure, dict) and figure.get("status") == "not_measured")


def proportion(hits: int, trials: int) -> Proportion:
    """A share with its Wilson score interval (Wilson 1927; it keeps its coverage at small n and near 0 and 1)."""
    if trials == 0:
        return Proportion(None, None, None, 0)
    return Proportion(hits / trials, *wilson(hits / trials, trials), trials)


def wilson(value: float, rows: float, *, z: float = CONFIDENCE_Z) -> tuple[float, float]:
    """The Wilson score interval of a share; `rows` may be the effective number of a weighted one."""
    centre = (value + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * math.sqrt(max(value * (1 - value), 0.0) / rows + z * z / (4 * rows * rows))
    return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True)
class Difference:
    """A difference with its 95 % interval."""

    value: float
    low: float
    high: float

    def json(self) -> dict[str, float]:
        """For a report."""
        return {"difference": self.value, "low": self.low, "high": self.high}


def paired_difference(gained: int, lost: int, rows: int) -> Difference:
    """Difference of two shares that were measured on the same rows: (gained - lost) / rows.

    `gained` counts the rows that only the second has right, `lost` those that only the first has. The interval is the
    score interval of Tango (1998), "Equivalence test and confidence interval for the difference in proportions for the
    paired-sample design". The paired bootstrap covers too little where few rows differ
    (docs/decisions/0020-evaluation.md).
    """
    value = (gained - lost) / rows
    low = _crossing(lambda delta: _tango(gained, lost, rows, delta) - CONFIDENCE_Z, -1.0, value)
    high = _crossing(lambda delta: _tango(gained, lost, rows, delta) + CONFIDENCE_Z, value, 1.0)
    return Difference(value, low, high)


def _tango(gained: int, lost: int, rows: int, delta: float) -> float:
    """The score statistic of the hypothesis that the difference is `delta`; it falls as delta grows."""
    a, b = 2.0 * rows, -gained - lost + (2 * rows - gained + lost) * delta
    root = math.sqrt(max(b * b + 4 * a * lost * delta * (1 - delta), 0.0))
    variance = rows * (2 * (root - b) / (2 * a) + delta * (1 - delta))
    distance = gained - lost - rows * delta
    if distance == 0:
        return 0.0
    return distance / math.sqrt(variance) if variance > 1e-12 else math.copysign(math.inf, distance)


def _crossing(falls: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses zero between two points; an end when it does not."""
    if falls(low) <= 0:
        return low
    if falls(high) >= 0:
        return high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if falls(middle) > 0 else (low, middle)
    return (low + high) / 2


def mcnemar(gained: int, lost: int) -> float:
    """Exact two-sided p-value that as many rows are gained as lost (McNemar 1947, binomial)."""
    if gained + lost == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(gained, gained + lost, 0.5).pvalue)


def fisher(hits: int, trials: int, other_hits: int, other_trials: int) -> float:
    """Exact two-sided p-value that two groups of rows have the same share (Fisher 1935)."""
    from scipy.stats import fisher_exact

    table = [[hits, trials - hits], [other_hits, other_trials - other_hits]]
    return float(fisher_exact(table).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for how many were looked at (Holm 1979): it holds however the tests depend on each other."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = highest
    return adjusted
