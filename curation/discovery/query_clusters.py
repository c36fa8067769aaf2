"""Groups of similar queries, in which repeats and near repeats count once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.curation.checks.coverage.clustering import CenteredSpace, cluster
from winnow.curation.discovery.choose_cut import choose_cut, large_groups
from winnow.curation.engine.exact_search import near_pairs
from winnow.curation.engine.vectors import Vectors

MIN_SIZE = 5
"""Distinct queries that a group has at least."""

MIN_SHARE = 0.002
"""Share of the distinct queries that a group has at least: the number of suggestions does not grow with the traffic."""


@dataclass(frozen=True)
class QueryCluster:
    """A group of similar queries."""

    members: NDArray[np.int64]
    """Rows of the vectors, the most central first."""
    cohesion: float
    """Mean cosine between two of them, after the mean of all queries was subtracted."""
    nearest: int | None
    """The group whose center is nearest; None if there is only one group."""
    similarity: float
    """The cosine between the two centers; 0 if there is only one group."""


@dataclass(frozen=True)
class ClusteredQueries:
    """What was found among distinct queries."""

    clusters: Sequence[QueryCluster]
    """The largest first."""
    cut: float
    """The mean cosine from which groups are joined."""


def cluster_queries(vectors: Vectors) -> ClusteredQueries:
    """The groups among (n, d) unit vectors of distinct queries. Equal input gives equal output."""
    min_size = max(MIN_SIZE, round(MIN_SHARE * len(vectors)))
    if len(vectors) < 2 * MIN_SIZE:
        return ClusteredQueries((), 0.0)
    space = CenteredSpace(np.asarray(vectors.mean(axis=0), dtype=np.float32), 0.0)
    centered = space.centered(vectors)
    cut = choose_cut(centered, min_size=min_size)
    found = large_groups(cluster(vectors, CenteredSpace(space.center, cut)), min_size)
    rows = [np.flatnonzero(found == number) for number in range(int(found.max(initial=-1)) + 1)]
    means = np.stack([centered[members].mean(axis=0) for members in rows]) if rows else centered[:0]
    lengths = np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    cosines = (means / lengths) @ (means / lengths).T
    np.fill_diagonal(cosines, -1)
    return ClusteredQueries(
        [_described(members, centered, means[i], cosines[i]) for i, members in enumerate(rows)], cut
    )


def _described(members: NDArray[np.int64], centered: Vectors, mean: Vectors, cosines: Vectors) -> QueryCluster:
    n = len(members)
    order = members[np.argsort(-(centered[members] @ mean), kind="stable")]
    cohesion = (n * float(mean @ mean) - 1) / (n - 1)
    nearest = int(cosines.argmax()) if len(cosines) > 1 else None
    return QueryCluster(order, cohesion, nearest, 0.0 if nearest is None else float(cosines[nearest]))


def near_repeats(vectors: Vectors, cosine: float) -> NDArray[np.int64]:
    """For each of (n, d) unit vectors the row that it repeats, or itself; rows that nothing precedes are kept first.

    A row only repeats a row that repeats no other one, so there are no chains.
    """
    repeats = np.arange(len(vectors))
    if not len(vectors):
        return repeats
    pairs = near_pairs(vectors, cosine)
    for at in np.lexsort((pairs.left, pairs.right)):
        left, right = int(pairs.left[at]), int(pairs.right[at])
        if repeats[right] == right and repeats[left] == left:
            repeats[right] = left
    return repeats
