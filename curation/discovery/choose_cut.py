"""How similar the queries of one suggestion must be, measured on the queries themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.vectors import Vectors

CUTS = tuple(round(0.05 * step, 2) for step in range(2, 11))
"""Mean cosines at which average linkage is cut, from few large groups to many small ones."""

MAX_COMPARED = 3000
"""Queries of which all pairs are compared, drawn at random; the cut holds for the others too."""

MIN_SAMPLED = 5
"""Rows that a group of the sample has at least."""


def choose_cut(centered: Vectors, *, min_size: int) -> float:
    """The cut that separates groups of at least `min_size` rows best, for (n, d) unit vectors around their mean.

    Of equally good ones, the lowest is taken.
    """
    return CUTS[int(np.argmax(cut_scores(centered, min_size=min_size)))]


def cut_scores(centered: Vectors, *, min_size: int) -> list[float]:
    """The score of each of CUTS: the mean silhouette (Rousseeuw 1987) on cosine distances.

    Rows that belong to no group of at least `min_size` rows have the silhouette 0.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    sample = centered
    if len(centered) > MAX_COMPARED:
        sample = centered[np.random.default_rng(0).permutation(len(centered))[:MAX_COMPARED]]
        min_size = max(MIN_SAMPLED, round(min_size * MAX_COMPARED / len(centered)))
    distances = np.clip(1 - sample @ sample.T, 0, 2).astype(np.float32)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average")
    groups = (large_groups(fcluster(tree, 1 - cut, "distance") - 1, min_size) for cut in CUTS)
    return [silhouette(distances, found) for found in groups]


def large_groups(found: NDArray[np.int64], min_size: int) -> NDArray[np.int64]:
    """The groups of at least `min_size` rows, numbered in the same order; -1 for rows of other groups and of none."""
    sizes = np.bincount(found[found >= 0])
    large = sizes >= min_size
    number = np.where(large, np.cumsum(large) - 1, -1)
    return np.where(found >= 0, number[found], -1) if len(sizes) else found


def silhouette(distances: NDArray[np.float32], found: NDArray[np.int64]) -> float:
    """The mean silhouette of rows by their group; 0 for rows without one, and where there are fewer than two."""
    count = int(found.max(initial=-1)) + 1
    if count < 2:
        return 0.0
    rows = np.flatnonzero(found >= 0)
    members = np.zeros((len(found), count), dtype=np.float32)
    members[rows, found[rows]] = 1
    sums, sizes = (distances @ members)[rows], members.sum(axis=0)
    own = sums[np.arange(len(rows)), found[rows]] / np.maximum(sizes[found[rows]] - 1, 1)
    means = sums / sizes
    means[np.arange(len(rows)), found[rows]] = np.inf
    other = means.min(axis=1)
    return float(((other - own) / np.maximum(np.maximum(other, own), 1e-9)).sum() / len(found))
