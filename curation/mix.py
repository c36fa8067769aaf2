"""Label mixes: whether two samples of queries fall on the labels in the same shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
"""Permutations: a p-value near 0.05 is known to within 0.01."""
LEVEL = 0.05
"""A difference is called more than chance below this."""
SHOWN_LABELS = 5


@dataclass(frozen=True)
class Mix:
    """How far apart the label shares of two samples are."""

    distance: float
    """Total variation: the share of queries that would have to change their label for both mixes to be equal."""
    by_chance: float
    """What 95 % of the permutations stay below: the distance of two samples of one mix."""
    p_value: float
    against: str
    """What newer traffic is held against: `earlier traffic` or `train`."""
    changes: list[dict[str, Any]]
    """Labels whose share changed most: `label`, `before`, `now`."""

    @property
    def differs(self) -> bool:
        """Whether chance alone would rarely do this."""
        return self.p_value < LEVEL


def label_mix(before: Mapping[str, int], now: Mapping[str, int], *, against: str, seed: int) -> Mix:
    """Total variation distance of two label counts, tested by permutation. Pure.

    Under chance the labels of both samples are dealt out again: counts of the first are multivariate hypergeometric
    (Phipson and Smyth 2010, "Permutation P-values Should Never Be Zero", for the p-value).
    """
    labels = sorted(before.keys() | now.keys())
    one = np.array([before.get(label, 0) for label in labels], dtype=np.int64)
    other = np.array([now.get(label, 0) for label in labels], dtype=np.int64)
    observed = float(_distance(one[None], other[None])[0])
    generator = np.random.default_rng(seed)
    dealt = generator.multivariate_hypergeometric(one + other, int(one.sum()), size=DRAWS, method="marginals")
    drawn = _distance(dealt, one + other - dealt)
    p_value = (1 + int((drawn >= observed - 1e-12).sum())) / (1 + DRAWS)
    shares = list(zip(labels, (one / one.sum()).tolist(), (other / other.sum()).tolist(), strict=True))
    ranked = sorted(shares, key=lambda row: (-abs(row[2] - row[1]), row[0]))[:SHOWN_LABELS]
    changes = [{"label": label, "before": was, "now": is_now} for label, was, is_now in ranked if was != is_now]
    return Mix(observed, float(np.quantile(drawn, 0.95)), p_value, against, changes)


def _distance(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """Total variation distance of counts, row by row."""
    shares = one / one.sum(axis=1, keepdims=True) - other / other.sum(axis=1, keepdims=True)
    found: NDArray[np.float64] = np.abs(shares).sum(axis=1) / 2
    return found
