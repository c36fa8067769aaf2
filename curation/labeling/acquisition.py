"""Active learning: which unlabeled queries people should label next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.core.vocabulary import AcquisitionStrategy
from winnow.curation.engine.linear_probe import LinearProbe
from winnow.curation.engine.vectors import Vectors
from winnow.curation.labeling.facility_location import (
    REFRESHED_CANDIDATES,
    KnownLabels,
    greedy_facility_location,
    not_near,
    row_blocks,
)

UNCERTAINTY_POWER = 2
"""The power of the uncertainty that `mixed` weighs a query by: 1 needs more labels to reach 85 % of full accuracy; 3
and 4 differ from 2 by less than seeds do (docs/decisions/0013-strategies.md)."""

MIN_UNCERTAINTY = 1e-6
"""So that a probe that is certain of everything still gives an order."""


@dataclass(frozen=True)
class AcquisitionPool:
    """Queries that may be labeled next, and those that are labeled or pending already."""

    vectors: Vectors
    """Shape (n, d), of the candidates."""
    order: NDArray[np.int64]
    """Shape (n,): a random rank of each candidate. `random` follows it; other strategies break ties by it."""
    eligible: NDArray[np.bool_]
    """Shape (n,): what strategies other than random may see and take: queries of the train split."""
    weight: NDArray[np.float64]
    """Shape (n,): occurrences of each query, at least 1."""
    known: Vectors
    """Shape (m, d), of queries that are labeled, or pending in the queue."""
    known_labels: Sequence[str] = ()
    """The label of each known query, empty while it is pending; none at all: no label is known."""
    compared: Vectors | None = None
    """Shape (n, d), of the candidates, with `known` as vectors of repeats (see `compared_vectors`); None: `vectors`."""
    value: NDArray[np.float64] | None = None
    """Shape (n,): the value of a label of each candidate; `diverse`, `mixed` and `feedback` also weigh queries by it.
    None: all equal."""


def choose_queries(
    strategy: AcquisitionStrategy, pool: AcquisitionPool, count: int, *, near: float, probe: LinearProbe | None
) -> list[int]:
    """Positions of at most `count` candidates, in the order in which they were chosen.

    No two of them have a cosine of `near` or more; except for `random`, none has one with a known query either. Without
    a `probe` (fewer than two labels), `uncertainty` and `mixed` are `diverse`; `feedback` is `diverse` with values.
    For `mixed`, a labeled query represents others as far as the probe expects its label for them: what looks like it
    and may be something else is still worth a label (docs/decisions/0077-what-to-label-next.md).
    """
    ranked = np.argsort(pool.order, kind="stable")
    if strategy != AcquisitionStrategy.RANDOM:
        ranked = ranked[pool.eligible[ranked]]
    every = pool.vectors if pool.compared is None else pool.compared
    vectors, weight = pool.vectors[ranked], frequency_weight(pool.weight[ranked])
    if strategy == AcquisitionStrategy.RANDOM:
        chosen = _take_in_order(every[ranked], pool.known[:0], count, near)
    elif strategy == AcquisitionStrategy.UNCERTAINTY and probe is not None:
        ranked = ranked[np.argsort(-weight * margin_uncertainty(probe, vectors), kind="stable")]
        chosen = _take_in_order(every[ranked], pool.known, count, near)
    else:
        if pool.value is not None:
            weight = weight * np.maximum(pool.value[ranked], MIN_UNCERTAINTY)
        labels = None
        if strategy == AcquisitionStrategy.MIXED and probe is not None:
            weight = weight * margin_uncertainty(probe, vectors) ** UNCERTAINTY_POWER
            labels = KnownLabels(_label_columns(pool, probe), lambda rows: probe.probabilities(vectors[rows]))
        chosen = greedy_facility_location(every[ranked], weight, pool.known, count, near, labels=labels)
    return [int(position) for position in ranked[chosen]]


def frequency_weight(occurrences: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 + ln(occurrences): 1, 3.3 and 5.6 for 1, 10 and 100.

    Sublinear, as term frequencies are in retrieval (Manning, Raghavan and Schütze 2008, section 6.4.1): traffic counts,
    but no single frequent query outweighs a topic.
    """
    return 1.0 + np.log(occurrences)


def margin_uncertainty(probe: LinearProbe, vectors: Vectors) -> NDArray[np.float64]:
    """One minus the margin between the two most probable classes, shape (n,) (Scheffer, Decomain and Wrobel 2001)."""
    result = np.ones(len(vectors))
    for rows in row_blocks(len(vectors) if len(probe.classes) > 1 else 0):
        top = np.partition(probe.probabilities(vectors[rows]), -2, axis=1)
        result[rows] = np.maximum(1.0 - (top[:, -1] - top[:, -2]), MIN_UNCERTAINTY)
    return result


def _label_columns(pool: AcquisitionPool, probe: LinearProbe) -> NDArray[np.int64]:
    """The column of each known query's label in the probe's probabilities; -1 where it has none yet."""
    place = {name: column for column, name in enumerate(probe.classes)}
    labels = pool.known_labels or [""] * len(pool.known)
    return np.array([place.get(label, -1) for label in labels], dtype=np.int64)


def _take_in_order(vectors: Vectors, known: Vectors, count: int, near: float) -> list[int]:
    """The first `count` rows, skipping those near an earlier one or a known one."""
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
