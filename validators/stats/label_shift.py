"""Label shift: a permutation test of whether two samples of queries have the same label distribution."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from winnow.core.record import Record
from winnow.validators.stats.quantiles import quantile
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL

PERMUTATIONS = 2000
"""Number of permutations: enough to know a p-value near 0.05 to within 0.01."""

SHOWN_LABELS = 5


class LabelChange(Record):
    """The share of one label in two samples."""

    label: str
    """Name of the label."""
    before: float
    """Its share in the first sample, 0 to 1."""
    now: float
    """Its share in the second sample, 0 to 1."""


class LabelShift(Record):
    """The distance between the label distributions of two samples."""

    distance: float
    """Total variation: the share of queries that would need another label to make the distributions equal."""
    expected_by_chance: float
    """95th percentile of the permutations: the distance expected of two samples from one distribution."""
    p_value: float
    """p-value of the permutation test."""
    against: str
    """What newer traffic is compared with: `earlier traffic` or `train`."""
    changes: list[LabelChange]
    """The labels whose shares changed most, largest changes first."""
    differs: bool
    """Whether the p-value is below 0.05: chance alone would rarely produce this distance."""


def label_shift(before: Mapping[str, int], now: Mapping[str, int], *, against: str, seed: int) -> LabelShift:
    """Total variation distance of two label counts, with a permutation test. Pure.

    Under the null hypothesis the labels of both samples are exchangeable: counts of the first are multivariate
    hypergeometric. The p-value follows Phipson and Smyth 2010, "Permutation P-values Should Never Be Zero".
    """
    labels = sorted(before.keys() | now.keys())
    one = np.array([before.get(label, 0) for label in labels], dtype=np.int64)
    other = np.array([now.get(label, 0) for label in labels], dtype=np.int64)
    observed = float(_total_variation(one[None], other[None])[0])
    generator = np.random.default_rng(seed)
    permuted = generator.multivariate_hypergeometric(one + other, int(one.sum()), size=PERMUTATIONS, method="marginals")
    permuted_distances = _total_variation(permuted, one + other - permuted)
    p_value = (1 + int((permuted_distances >= observed - 1e-12).sum())) / (1 + PERMUTATIONS)
    shares = list(zip(labels, (one / one.sum()).tolist(), (other / other.sum()).tolist(), strict=True))
    ranked = sorted(shares, key=lambda row: (-abs(row[2] - row[1]), row[0]))[:SHOWN_LABELS]
    changes = [LabelChange(label=label, before=was, now=is_now) for label, was, is_now in ranked if was != is_now]
    return LabelShift(
        distance=observed,
        expected_by_chance=quantile(permuted_distances, 0.95),
        p_value=p_value,
        against=against,
        changes=changes,
        differs=p_value < SIGNIFICANCE_LEVEL,
    )


def _total_variation(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """Total variation distance of counts, for each row."""
    shares = one / one.sum(axis=1, keepdims=True) - other / other.sum(axis=1, keepdims=True)
    found: NDArray[np.float64] = np.abs(shares).sum(axis=1) / 2
    return found
