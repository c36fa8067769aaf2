"""Clustering of queries: average linkage on centered cosine, cut where the labels of train would stay whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.vectors import Vectors
from winnow.validators.stats.quantiles import quantile

DEFAULT_CUT = 0.40
"""The cut when train has too few labels to measure one; 0.38 is measured on CLINC150, 0.41 on BANKING77."""

CUT_BOUNDS = (0.15, 0.60)
"""Guards against a cut that is too tight (train of near-copies) or too unassigned (train of mixed labels)."""

COHESION_QUANTILE = 0.25
"""The quantile of train's labels, by cohesion, that a region must match."""

MIN_ROWS, MIN_LABELS = 5, 3
"""The cut is measured with at least this many labels of at least this many rows."""

MIN_CLUSTER_SIZE = 5
"""Records that a region has at least."""

MAX_LINKED = 6000
"""Linkage is quadratic: this many are linked at a time (about 0.5 GiB); the rest are attached or linked later."""


@dataclass(frozen=True)
class CenteredSpace:
    """The center of train, and the cohesion that a cluster must have to be one topic."""

    center: Vectors
    cut: float

    def centered(self, vectors: Vectors) -> Vectors:
        """Unit vectors relative to the center."""
        shifted = vectors - self.center
        return np.asarray(shifted / np.maximum(np.linalg.norm(shifted, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def fit_centered_space(train: Vectors, labels: Sequence[str]) -> CenteredSpace:
    """The center of (n, d) train vectors and the cut measured on their labels. The fallback is no topic: omit it."""
    center = train.mean(axis=0) if len(train) else np.float32(0)
    space = CenteredSpace(np.asarray(center, dtype=np.float32), DEFAULT_CUT)
    names, codes, counts = np.unique(np.array(labels, dtype=str), return_inverse=True, return_counts=True)
    n = counts[counts >= MIN_ROWS]
    if len(n) < MIN_LABELS:
        return space
    sums = np.zeros((len(names), train.shape[1]), dtype=np.float32)
    np.add.at(sums, codes, space.centered(train))
    cohesion = (np.square(sums[counts >= MIN_ROWS]).sum(axis=1) - n) / (n * (n - 1))
    return CenteredSpace(space.center, float(np.clip(quantile(cohesion, COHESION_QUANTILE), *CUT_BOUNDS)))


def cluster(vectors: Vectors, space: CenteredSpace, *, min_size: int = MIN_CLUSTER_SIZE) -> NDArray[np.int64]:
    """A region for each of (n, d) vectors, -1 for none; region 0 is the largest. Equal input gives equal output."""
    from scipy.cluster.hierarchy import fcluster, linkage

    centered = space.centered(vectors)
    found = np.full(len(centered), -1, dtype=np.int64)
    order = (
        np.random.default_rng(0).permutation(len(centered)) if len(centered) > MAX_LINKED else np.arange(len(centered))
    )
    while len(order) >= max(min_size, 2):
        to_link, known = order[:MAX_LINKED], int(found.max()) + 1
        flat = fcluster(linkage(_condensed_distances(centered[to_link]), "average"), 1 - space.cut, "distance") - 1
        large = np.bincount(flat) >= min_size
        found[to_link] = np.where(large, known + np.cumsum(large) - 1, -1)[flat]
        if large.any():
            means = np.stack([centered[found == k].mean(axis=0) for k in range(known, known + int(large.sum()))])
            unassigned = order[found[order] < 0]
            cosines = (
                centered[unassigned] @ means.T
            )  # a product with the mean of unit vectors is the mean cosine to its members
            near = cosines.max(axis=1) >= space.cut
            found[unassigned[near]] = known + cosines[near].argmax(axis=1)
        order = order[MAX_LINKED:][found[order[MAX_LINKED:]] < 0]
    return _numbered_by_size(found)


def _numbered_by_size(found: NDArray[np.int64]) -> NDArray[np.int64]:
    sizes = np.bincount(found[found >= 0])
    if not len(sizes):
        return found
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.where(found >= 0, rank[found], -1)


def _condensed_distances(centered: Vectors) -> NDArray[np.float64]:
    """Cosine distances in scipy's condensed order."""
    rows = [1 - centered[i + 1 :] @ centered[i] for i in range(len(centered) - 1)]
    return np.clip(np.concatenate(rows).astype(np.float64), 0, 2)
