"""The layout of the confusion matrix: labels ordered so that confusions are near the diagonal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CELL_PIXELS = ((20, 24), (60, 18), (10_000, 13))
"""Cell width by number of labels. At 13 px the labels are still readable."""


@dataclass(frozen=True)
class MatrixCell:
    """One cell that is not empty."""

    row: int
    column: int
    count: int
    share: float
    """Of the gold label's rows."""
    gold: str
    predicted: str


@dataclass(frozen=True)
class MatrixLayout:
    """What the page needs to draw the matrix."""

    labels: list[str]
    cells: list[MatrixCell]
    cell_pixels: int

    @property
    def size(self) -> int:
        """Width and height in pixels."""
        return self.cell_pixels * len(self.labels)


def layout_matrix(counts: NDArray[np.int64], labels: Sequence[str], *, last: str | None = None) -> MatrixLayout:
    """Order the labels and list the filled cells. `counts` has shape (labels, labels), rows gold.

    Labels with neither gold rows nor predictions are omitted. The label `last` (the fallback, which is confused with
    every label) comes at the end.
    """
    used = np.flatnonzero((counts.sum(axis=1) + counts.sum(axis=0)) > 0)
    ends = np.array([i for i in used.tolist() if labels[i] == last], dtype=np.int64)
    inner = np.setdiff1d(used, ends)
    order = np.concatenate([inner[seriation(counts[np.ix_(inner, inner)])], ends])
    names = [labels[int(i)] for i in order]
    ordered = counts[np.ix_(order, order)]
    totals = np.maximum(ordered.sum(axis=1), 1)
    cells = [
        MatrixCell(int(r), int(c), int(ordered[r, c]), float(ordered[r, c] / totals[r]), names[r], names[c])
        for r, c in zip(*np.nonzero(ordered), strict=True)
    ]
    width = next(pixels for limit, pixels in CELL_PIXELS if len(names) <= limit)
    return MatrixLayout(names, cells, width)


def seriation(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """An order of rows that puts confused labels next to each other.

    Average-linkage clustering on how often two labels are confused either way, with optimal leaf ordering
    (Bar-Joseph et al. 2001, as in SciPy).
    """
    n = len(counts)
    if n < 3:
        return np.arange(n)
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    shares: NDArray[Any] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    together = shares + shares.T
    np.fill_diagonal(together, 0)
    distance = squareform(1.0 / (1.0 + 20.0 * together) - np.eye(n), checks=False)
    leaves: NDArray[np.int64] = leaves_list(optimal_leaf_ordering(linkage(distance, "average"), distance)).astype(
        np.int64
    )
    return leaves
