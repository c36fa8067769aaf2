"""Active learning: which unlabeled queries people should label next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.linear_probe import LinearProbe
from winnow.curation.engine.vectors import Vectors
from winnow.curation.labeling.facility_location import (
    REFRESHED_CANDIDATES,
    greedy_facility_location,
    not_near,
    row_blocks,
)

AcquisitionStrategy = Literal["random", "uncertainty", "diverse", "mixed"]


ACQUISITION_STRATEGIES: tuple[AcquisitionStrategy, ...] = get_args(AcquisitionStrategy)


UNCERTAINTY_POWER = 2
"""The power of doubt that `mixed` weighs a query by: 1 needs more labels to 85 % of full accuracy, 3 and 4
differ by less than seeds do (the same note)."""


MIN_UNCERTAINTY = 1e-6
"""So that a probe that is sure of everything still leaves an order."""


@dataclass(frozen=True)
class AcquisitionPool:
    """Queries that may be labeled next, and what is known already."""

    vectors: Vectors
    """Shape (n, d), of the candidates."""
    order: NDArray[np.int64]
    """Shape (n,): a random rank of each candidate. `random` follows it, and ties fall by it elsewhere."""
    eligible: NDArray[np.bool_]
    """Shape (n,): what strategies other than random may take, and look at: the train reserve."""
    weight: NDArray[np.float64]
    """Shape (n,): how often each query was seen, at least 1."""
    known: Vectors
    """Shape (m, d), of what is labeled, or waits in a queue already."""
    value: NDArray[np.float64] | None = None
    """Shape (n,): what a label of each candidate is worth to whoever asks; `diverse` and `mixed` weigh queries by it
    too. None: all alike."""


def choose_queries(
    strategy: AcquisitionStrategy, pool: AcquisitionPool, count: int, *, near: float, probe: LinearProbe | None
) -> list[int]:
    """Positions of at most `count` candidates, in the order of choice; fewer where there are no more.

    No two of them have a cosine of `near` or more, nor, but for random, one of them and a known query. `probe` is None
    when there are fewer than two labels: uncertainty is then diverse.
    """
    ranked = np.argsort(pool.order, kind="stable")
    if strategy != "random":
        ranked = ranked[pool.eligible[ranked]]
    vectors, weight = pool.vectors[ranked], frequency_weight(pool.weight[ranked])
    if strategy == "random":
        chosen = _take_in_order(vectors, pool.known[:0], count, near)
    elif strategy == "uncertainty" and probe is not None:
        ranked = ranked[np.argsort(-weight * margin_uncertainty(probe, vectors), kind="stable")]
        chosen = _take_in_order(pool.vectors[ranked], pool.known, count, near)
    else:
        if pool.value is not None:
            weight = weight * np.maximum(pool.value[ranked], MIN_UNCERTAINTY)
        if strategy == "mixed" and probe is not None:
            weight = weight * margin_uncertainty(probe, vectors) ** UNCERTAINTY_POWER
        chosen = greedy_facility_location(vectors, weight, pool.known, count, near)
    return [int(position) for position in ranked[chosen]]


def frequency_weight(seen: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 + ln(times seen): 1, 3.3 and 5.6 for 1, 10 and 100.

    Sublinear, as term frequencies are in retrieval (Manning, Raghavan and Schütze 2008, section 6.4.1): traffic counts,
    and no single query asked all day outweighs a topic.
    """
    return 1.0 + np.log(seen)


def margin_uncertainty(probe: LinearProbe, vectors: Vectors) -> NDArray[np.float64]:
    """One minus the margin between the two likeliest classes, shape (n,) (Scheffer, Decomain and Wrobel 2001)."""
    result = np.ones(len(vectors))
    for rows in row_blocks(len(vectors) if len(probe.classes) > 1 else 0):
        top = np.partition(probe.probabilities(vectors[rows]), -2, axis=1)
        result[rows] = np.maximum(1.0 - (top[:, -1] - top[:, -2]), MIN_UNCERTAINTY)
    return result


def _take_in_order(vectors: Vectors, known: Vectors, count: int, near: float) -> list[int]:
    """The first `count` rows of which none is near to one before it, nor to a known one."""
    chosen: list[int] = []
    for rows in row_blocks(len(vectors), REFRESHED_CANDIDATES):
        allowed = not_near(vectors[rows], known, near) & not_near(vectors[rows], vectors[chosen], near)
        before = len(chosen)
        for row in np.flatnonzero(allowed) + rows.start:
            if len(chosen) >= count:
                return chosen
            if not_near(vectors[row : row + 1], vectors[chosen[before:]], near)[0]:
                chosen.append(int(row))
    return chosen


PushStrategy = Literal["random", "uncertainty", "diverse", "mixed", "feedback"]
"""The strategies of curation.strategy, and `feedback`: what lies between the labels that a run confuses."""


PUSH_STRATEGIES: tuple[PushStrategy, ...] = get_args(PushStrategy)
