"""Greedy facility location: a batch of queries that represents the whole pool, no two of them near each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.exact_search import TIE_TOLERANCE
from winnow.curation.engine.vectors import Vectors

KERNEL_SHARPNESS = 5.0
"""How fast the kernel decays: to exp(-KERNEL_SHARPNESS) at the pool's mean squared distance. Values between 3 and 8
make little difference (docs/decisions/0013-strategies.md)."""

MAX_COVERED_QUERIES = 8192
"""Queries that represent a larger pool when the gain of a label is measured: half as many cost 3 to 18 % more labels
(the same note)."""

FIRST_CANDIDATES = 16_384
"""Queries of a larger pool that are examined first; the others only when these do not suffice."""

BLOCK_ROWS = 1024
"""Rows per matrix product: their kernel values take 32 MiB."""

REFRESHED_CANDIDATES = 64
"""Candidates whose gains are refreshed together."""

RELATIVE_ROUNDING = 1e-5
"""Gains in float32 that differ by less, relatively, may be equal."""

MIN_SPREAD = 1e-3
"""So that a pool of one query, or of copies of it, has a kernel width."""


class KnownLabels(NamedTuple):
    """What is believed about the labels of known queries."""

    column: NDArray[np.int64]
    """Shape (m,): the column of each known query's label in the beliefs; -1 where it has none yet."""
    beliefs: Callable[[NDArray[np.int64]], NDArray[np.float32]]
    """Of rows to choose from: how probable each label is for each of them, shape (rows, labels)."""


def greedy_facility_location(
    vectors: Vectors,
    weight: NDArray[np.float64],
    known: Vectors,
    count: int,
    near: float,
    *,
    labels: KnownLabels | None = None,
) -> list[int]:
    """Greedy facility location: repeatedly the row with the highest gain, none near another or a known one.

    With k(x, r) the kernel of x at r, and b(r) the highest kernel at r of known or chosen queries, the gain of x is the
    sum of w(r) max(0, k(x, r) - b(r)) over the covered queries r. With `labels`, the kernel of a labeled query at r
    counts as far as r is believed to have its label: what looks like a labeled query and may be something else is not
    covered by it. A gain never grows while others are chosen
    (submodularity), so an earlier value is an upper bound and only the top rows are measured again (Minoux 1978).
    Greedy choice reaches 1 - 1/e of the best batch (Nemhauser, Wolsey and Fisher 1978); Wei, Iyer and Bilmes 2015 use
    it for active learning.
    """
    if not len(vectors):
        return []
    covered = _CoveredQueries(vectors, weight, known, labels)
    first = _weighted_sample(weight, FIRST_CANDIDATES)[0]
    others = np.setdiff1d(np.arange(len(vectors)), first)
    chosen: list[int] = []
    for rows in (first, others):
        excluded = np.vstack([known, vectors[chosen]])
        chosen += [int(row) for row in rows[_lazy_greedy(vectors[rows], covered, excluded, count - len(chosen), near)]]
    return chosen


class _CoveredQueries:
    """The queries that labels should cover, and how well each is covered so far."""

    def __init__(self, vectors: Vectors, weight: NDArray[np.float64], known: Vectors, labels: KnownLabels | None):
        """At most MAX_COVERED_QUERIES rows, sampled in proportion to weight, represent the (n, d) vectors."""
        mean = vectors.mean(axis=0, dtype=np.float64)
        spread = max(1.0 - float(mean @ mean), MIN_SPREAD)  # half the mean squared distance of two unit vectors
        self._sharpness = np.float32(KERNEL_SHARPNESS / spread)
        rows, self._weight = _weighted_sample(weight, MAX_COVERED_QUERIES)
        self._vectors = vectors[rows]
        self._coverage = np.zeros(len(rows), dtype=np.float32)
        beliefs = labels.beliefs(rows) if labels else None
        for block in row_blocks(len(known)):
            kernel = self._kernel(known[block])
            if labels and beliefs is not None:
                kernel *= _same_label(beliefs, labels.column[block])
            self._coverage = np.maximum(self._coverage, kernel.max(axis=0))

    def gains(self, vectors: Vectors) -> NDArray[np.float32]:
        """The gain of each of (k, d) vectors, shape (k,)."""
        kernel = self._kernel(vectors)
        kernel -= self._coverage
        np.maximum(kernel, 0.0, out=kernel)
        gains: NDArray[np.float32] = kernel @ self._weight
        return gains

    def add(self, vector: Vectors) -> None:
        """Count the (d,) vector as chosen."""
        self._coverage = np.maximum(self._coverage, self._kernel(vector[None, :])[0])

    def _kernel(self, vectors: Vectors) -> NDArray[np.float32]:
        """exp(-KERNEL_SHARPNESS d² / mean d²): a Gaussian kernel as wide as the pool, shape (k, covered)."""
        kernel: NDArray[np.float32] = vectors @ self._vectors.T
        kernel -= 1.0
        kernel *= self._sharpness
        np.exp(kernel, out=kernel)
        return kernel


def _same_label(beliefs: NDArray[np.float32], column: NDArray[np.int64]) -> NDArray[np.float32]:
    """How probable each known label is for each covered query, shape (known, covered); 1 where there is no label."""
    probability: NDArray[np.float32] = beliefs.T[column]
    probability[column < 0] = 1.0
    return probability


def _lazy_greedy(vectors: Vectors, covered: _CoveredQueries, excluded: Vectors, count: int, near: float) -> list[int]:
    """The lazy greedy choice among (n, d) vectors, none of them near one of `excluded`."""
    if count <= 0 or not len(vectors):
        return []
    bound = np.concatenate([covered.gains(vectors[rows]) for rows in row_blocks(len(vectors))])
    chosen: list[int] = []
    while len(chosen) < count and (bound > -np.inf).any():
        front = np.sort(np.argpartition(-bound, min(REFRESHED_CANDIDATES, len(bound)) - 1)[:REFRESHED_CANDIDATES])
        front = front[bound[front] > -np.inf]
        allowed = not_near(vectors[front], excluded, near) & not_near(vectors[front], vectors[chosen], near)
        bound[front] = np.where(allowed, covered.gains(vectors[front]), -np.inf)
        best = int(front[bound[front].argmax()])
        if allowed.any() and bound[best] >= bound.max() * (1 - RELATIVE_ROUNDING):
            chosen.append(best)
            covered.add(vectors[best])
            bound[best] = -np.inf
    return chosen


def _weighted_sample(weight: NDArray[np.float64], size: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Rows that represent all, with weights: all rows, or a systematic sample in proportion to weight.

    Steps of equal weight through rows in random order (Madow 1949).
    """
    if len(weight) <= size:
        return np.arange(len(weight)), weight.astype(np.float32)
    ends = np.cumsum(weight)
    steps = (np.arange(size) + 0.5) * (ends[-1] / size)
    rows, times = np.unique(np.searchsorted(ends, steps), return_counts=True)
    return rows, times.astype(np.float32)


def not_near(vectors: Vectors, others: Vectors, near: float) -> NDArray[np.bool_]:
    """Which of (k, d) vectors are near none of the others; within rounding error counts as near."""
    allowed = np.ones(len(vectors), dtype=bool)
    for block in row_blocks(len(others)):
        allowed &= (vectors @ others[block].T < near - TIE_TOLERANCE).all(axis=1)
    return allowed


def row_blocks(length: int, size: int = BLOCK_ROWS) -> list[slice]:
    """Slices that together cover `length` rows."""
    return [slice(start, min(start + size, length)) for start in range(0, length, size)]
