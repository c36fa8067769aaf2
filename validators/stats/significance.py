"""Exact tests (McNemar, Fisher) and a correction for multiple tests (Holm)."""

from __future__ import annotations

from collections.abc import Sequence

SIGNIFICANCE_LEVEL = 0.05
"""A result with a p-value below this is significant."""


def mcnemar(gained: int, lost: int) -> float:
    """Exact two-sided p-value for the hypothesis of equally many gained and lost rows (McNemar 1947, binomial)."""
    if gained + lost == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(gained, gained + lost, 0.5).pvalue)


def fisher(hits: int, trials: int, other_hits: int, other_trials: int) -> float:
    """Exact two-sided p-value for the hypothesis that two groups of rows have the same share (Fisher 1935)."""
    from scipy.stats import fisher_exact

    table = [[hits, trials - hits], [other_hits, other_trials - other_hits]]
    return float(fisher_exact(table).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted for the number of tests (Holm 1979); valid under any dependence between the tests."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = highest
    return adjusted
