"""Exact binomial probabilities and bounds for one share."""

from __future__ import annotations


def probability_at_least(hits: int, rows: int, share: float) -> float:
    """Probability of at least `hits` hits among `rows` rows if the true share is `share`."""
    from scipy.stats import binom  # takes about a second to import

    return float(binom.sf(hits - 1, rows, share))


def probability_at_most(hits: int, rows: int, share: float) -> float:
    """Probability of at most `hits` hits among `rows` rows if the true share is `share`."""
    from scipy.stats import binom

    return float(binom.cdf(hits, rows, share))


def clopper_pearson_bounds(hits: float, rows: float, *, level: float) -> tuple[float, float]:
    """The exact lower and upper bound of a share, each one-sided at the error level `level`.

    Effective counts, which may be fractions, are allowed (Korn and Graubard 1998).

    Source: Clopper and Pearson (1934), "The Use of Confidence or Fiducial Limits Illustrated in the Case of the
    Binomial".
    """
    from scipy.stats import beta

    low = float(beta.ppf(level, hits, rows - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - level, hits + 1, rows - hits)) if hits < rows else 1.0
    return low, high
