"""Which regions of uncovered traffic are more than what chance makes of known queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from winnow.curation.checks.coverage.clustering import CenteredSpace, cluster
from winnow.curation.checks.coverage.uncovered_regions import UncoveredRegion
from winnow.curation.engine.query_novelty import QueryNovelty
from winnow.curation.engine.vectors import Vectors
from winnow.validators.stats.chance_clusters import beyond_chance
from winnow.validators.stats.normal_scores import normal_quantile

SUSPECTED_SHARE = 0.10
"""Share of known queries that regions are searched among. They hold queries that are not called uncovered one by one,
but that are new where many of them lie together."""

USUAL_EXCESS = 0.47
"""Mean of what the score of such a known query exceeds the limit by: a standard normal beyond its 90th percentile."""

CHANCE_SIZE = 3
"""Smallest clusters of known rows that show what chance makes."""


def is_suspected(novelty: QueryNovelty) -> NDArray[np.bool_]:
    """Which queries regions are searched among."""
    suspected: NDArray[np.bool_] = novelty.scores > suspected_from()
    return suspected


def suspected_from() -> float:
    """The score from which regions are searched."""
    return normal_quantile(1 - SUSPECTED_SHARE)


def evident_regions(
    regions: Sequence[UncoveredRegion], scores: Mapping[str, float], chance: Sequence[float], *, scale: float
) -> list[UncoveredRegion]:
    """The regions that known queries do not make by chance, with new ids; those of synthetic coverage stay.

    `scores` gives the novelty of each record, `chance` the excess of clusters of known rows.
    """
    excess = [sum(max(scores[record] - suspected_from(), 0.0) for record in one.record_ids) for one in regions]
    evident = beyond_chance(excess, chance, usual=CHANCE_SIZE * USUAL_EXCESS, scale=scale)
    kept = [one for one, stays in zip(regions, evident, strict=True) if stays or one.synthetic_only]
    return [replace(one, id=f"r{number}") for number, one in enumerate(kept, 1)]


def chance_excess(known: Vectors, scores: NDArray[np.float64], space: CenteredSpace) -> list[float]:
    """The excess of each cluster of suspected held-out train rows."""
    called = scores > suspected_from()
    found, beyond = cluster(known[called], space, min_size=CHANCE_SIZE), scores[called] - suspected_from()
    return [float(beyond[found == number].sum()) for number in range(int(found.max(initial=-1)) + 1)]


def thinned(novelty: QueryNovelty, traffic: int) -> NDArray[np.int64]:
    """Positions among the known rows, evenly spread, about as many as there is traffic."""
    return np.arange(len(novelty.known_rows))[:: max(len(novelty.known_rows) // max(traffic, 1), 1)]
