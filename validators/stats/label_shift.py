"""Label shift: whether two samples of queries have the labels in the same shares, by permutation test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PERMUTATIONS = 2000
"""Permutations: a p-value near 0.05 is known to within 0.01."""

SIGNIFICANCE_LEVEL = 0.05
"""A difference is called more than chance below this."""

SHOWN_LABELS = 5


@dataclass(frozen=True)
class LabelShift:
    """How far apart the label shares of two samples are."""

    distance: float
    """Total variation: the share of queries that would have to change their label for both mixes to be equal."""
    expected_by_chance: float
    """What 95 % of the permutations stay below: the distance of two samples of one mix."""
    p_value: float
    against: str
    """What newer traffic is held against: `earlier traffic` or `train`."""
    changes: list[dict[str, Any]]
    """Labels whose share changed most: `label`, `before`, `now`."""

    @property
    def differs(self) -> bool:
        """Whether chance alone would rarely do this."""
        return self.p_value < SIGNIFICANCE_LEVEL


def label_shift(before: Mapping[str, int], now: Mapping[str, int], *, against: str, seed: int) -> LabelShift:
    """Total variation distance of two label counts, tested by permutation. Pure.

    Under chance the labels of both samples are dealt out again: counts of the first are multivariate hypergeometric
    (Phipson and Smyth 2010, "Permutation P-values Should Never Be Zero", for the p-value).
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
    changes = [{"label": label, "before": was, "now": is_now} for label, was, is_now in ranked if was != is_now]
    return LabelShift(observed, float(np.quantile(permuted_distances, 0.95)), p_value, against, changes)


def _total_variation(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """Total variation distance of counts, row by row."""
    shares = one / one.sum(axis=1, keepdims=True) - other / other.sum(axis=1, keepdims=True)
    found: NDArray[np.float64] = np.abs(shares).sum(axis=1) / 2
    return found
