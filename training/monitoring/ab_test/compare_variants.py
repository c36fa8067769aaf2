"""Compare two variants with the test that fits: paired or not, one row of a unit or several."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.core.production_vocabulary import AbDesign
from winnow.core.result import Difference, Measured, NotMeasured
from winnow.training.monitoring.ab_test.ab_facts import AbRating
from winnow.training.monitoring.ab_test.ab_units import AbUnits, UnitValues
from winnow.validators.stats.differences import newcombe_difference, paired_difference
from winnow.validators.stats.intervals import measured_proportion, wilson_bounds
from winnow.validators.stats.rank_tests import mann_whitney, wilcoxon
from winnow.validators.stats.significance import fisher, mcnemar
from winnow.validators.stats.unit_means import independent_mean_difference, paired_mean_difference

SEED = 0
"""The same log gives the same figures."""

Values = NDArray[np.float64]


@dataclass(frozen=True)
class VariantDifference:
    """The success of the candidate compared with that of the baseline."""

    test: str
    gain: Difference
    p_value: float


def compare_outcomes(units: AbUnits) -> VariantDifference:
    """The difference of the shares of successes, with the test that fits."""
    binary = all(np.isin(own, (0.0, 1.0)).all() for own in (units.outcomes.baseline, units.outcomes.candidate))
    return _COMPARISONS[units.design, bool(binary)](units.outcomes)


def compare_ratings(units: AbUnits) -> AbRating | NotMeasured:
    """The ratings of both variants, compared by ranks."""
    ratings = units.ratings
    if not ratings.are_measured:
        return NotMeasured("a variant has no ratings")
    paired = units.design is AbDesign.PAIRED
    found = (wilcoxon if paired else mann_whitney)(ratings.baseline, ratings.candidate)
    return AbRating(
        test="Wilcoxon's signed-rank test" if paired else "Mann-Whitney test",
        p_value=found.p_value,
        superiority=found.superiority,
        baseline_units=len(ratings.baseline),
        candidate_units=len(ratings.candidate),
    )


def success_of(values: Values) -> Measured:
    """The mean share of successes of units, with its Wilson interval.

    Units with several rows count as the number of units with one row that would have the same variance, at most all.
    """
    share, units = float(values.mean()), len(values)
    variance = float(values.var()) / units
    effective = share * (1 - share) / variance if variance > 0 and 0 < share < 1 else float(units)
    return Measured(share, *wilson_bounds(share, max(effective, 1.0)), units)


def unit_variance(units: AbUnits) -> float:
    """The variance of one unit's contribution to the difference."""
    baseline, candidate = units.outcomes.baseline, units.outcomes.candidate
    if units.design is AbDesign.PAIRED:
        return float((candidate - baseline).var(ddof=1)) if len(baseline) > 1 else 0.0
    return sum(float(own.var(ddof=1)) if len(own) > 1 else 0.0 for own in (baseline, candidate))


def _mcnemar(values: UnitValues) -> VariantDifference:
    gained = int((values.candidate > values.baseline).sum())
    lost = int((values.candidate < values.baseline).sum())
    gain = paired_difference(gained, lost, len(values.baseline))
    return VariantDifference("McNemar's exact test", gain, mcnemar(gained, lost))


def _fisher(values: UnitValues) -> VariantDifference:
    hits = [int(own.sum()) for own in (values.baseline, values.candidate)]
    rows = [len(own) for own in (values.baseline, values.candidate)]
    before, after = (measured_proportion(*pair) for pair in zip(hits, rows, strict=True))
    found = newcombe_difference(after, before)
    if isinstance(found, NotMeasured):  # both variants have units, so it never is
        raise TypeError(found.why)
    p_value = fisher(hits[0], rows[0], hits[1], rows[1])
    return VariantDifference("Fisher's exact test", Difference(found.value, found.low, found.high), p_value)


def _paired_means(values: UnitValues) -> VariantDifference:
    found = paired_mean_difference(values.baseline, values.candidate, seed=SEED)
    return VariantDifference("paired permutation test of units", found.difference, found.p_value)


def _independent_means(values: UnitValues) -> VariantDifference:
    found = independent_mean_difference(values.baseline, values.candidate, seed=SEED)
    return VariantDifference("permutation test of units", found.difference, found.p_value)


_COMPARISONS = {
    (AbDesign.PAIRED, True): _mcnemar,
    (AbDesign.PAIRED, False): _paired_means,
    (AbDesign.INDEPENDENT, True): _fisher,
    (AbDesign.INDEPENDENT, False): _independent_means,
}
"""The comparison of a design, and of whether every unit has a single success or failure."""
