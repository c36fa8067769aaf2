"""Which rows can be near which: rows are divided into cells, and the triangle inequality rules out most pairs of cells.

For unit vectors, x.y >= t means |x - y| <= r with r = sqrt(2 - 2t). For x in the cell with centroid c and y in the cell
with centroid d, |x - y| is at least the distance of both along the line through the centroids:

    |x - y| * |c - d| >= (x.c - x.d) + (y.d - y.c)

With M(c, d), the smallest x.c - x.d of the cell of c, a row y of the cell of d can have a partner in the cell of c only
if y.d - y.c <= r * |c - d| - M(c, d). This holds however rows are assigned to cells, so the search stays exact; good
cells only make it fast. `docs/decisions/0003-near-pairs.md` has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.vectors import Vectors

Rows = NDArray[np.int64]

MIN_ROWS = 8_000
"""Rows from which cells are faster than comparing every block."""

MIN_THRESHOLD = 0.8
"""Cosine from which cells rule out enough."""

ROWS_PER_CELL = 80

MAX_CELLS = 4096

SAMPLE_PER_CELL = 16
"""Rows that each centroid is learned from."""

ROUNDS = 3
"""Rounds of k-means on the sample."""

ASSIGNED_ROWS = 8_192
"""Rows that are assigned to cells at a time."""

SELECTED_ENTRIES = 1 << 28
"""Rows times cells that are compared with their bound before the pairs among them are searched."""

TOLERANCE = 2e-4
"""Added to the bound to absorb float32 rounding."""


class RowBlock(NamedTuple):
    """Rows that have to be compared with each other: pairs of rows of both, each pair in one block only."""

    left: Rows
    right: Rows
    """The same array as `left` for pairs within it."""


class _Cells(NamedTuple):
    """Rows by cell. `order` are the rows sorted by cell, of which cell k has `starts[k]` to `starts[k + 1]`."""

    centroids: Vectors
    order: Rows
    starts: Rows
    own: NDArray[np.float32]
    """For each row in `order`, its product with the centroid of its cell."""

    def members(self, cell: int) -> slice:
        """The places in `order` of the rows of a cell."""
        return slice(int(self.starts[cell]), int(self.starts[cell + 1]))


def cell_blocks(bound: Vectors, threshold: float) -> Iterator[RowBlock]:
    """Blocks that contain every pair of rows of (n, d) unit vectors with a product >= threshold.

    `bound` may be any unit vectors whose products are not smaller than those of the vectors that are searched.
    """
    cells = _divide(bound)
    sorted_bound = bound[cells.order]
    limits = _limits(sorted_bound, cells, math.sqrt(max(0.0, 2 - 2 * threshold)))
    count = len(cells.centroids)
    per_step = max(1, SELECTED_ENTRIES // len(bound))
    for first in range(0, count, per_step):
        last = min(first + per_step, count)
        partners = _partners(sorted_bound, cells, limits, range(first, last))
        for cell, others in zip(range(first, last), partners, strict=True):
            own = cells.order[cells.members(cell)]
            if len(own) > 1:
                yield RowBlock(own, own)
            if len(own) and len(others):
                yield RowBlock(own, others)


def _divide(bound: Vectors) -> _Cells:
    """Cells by k-means on an evenly spaced sample; the same rows always give the same cells."""
    count = min(MAX_CELLS, max(1, len(bound) // ROWS_PER_CELL))
    sample = bound[:: max(1, len(bound) // (count * SAMPLE_PER_CELL))]
    centroids = sample[np.linspace(0, len(sample) - 1, count).astype(np.int64)]
    for _ in range(ROUNDS):
        centroids = _means(sample, _assign(sample, centroids), centroids)
    cell = _assign(bound, centroids)
    order = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[order], np.arange(count + 1))
    own = np.einsum("ij,ij->i", bound[order], centroids[cell[order]])
    return _Cells(centroids, order, starts, own)


def _assign(rows: Vectors, centroids: Vectors) -> Rows:
    """The nearest centroid of each row."""
    half = np.einsum("ij,ij->i", centroids, centroids) / 2
    parts = [
        np.argmax(rows[i : i + ASSIGNED_ROWS] @ centroids.T - half, axis=1) for i in range(0, len(rows), ASSIGNED_ROWS)
    ]
    return np.concatenate(parts)


def _means(rows: Vectors, cell: Rows, before: Vectors) -> Vectors:
    """The mean row of each cell; a cell without rows keeps its centroid."""
    order = np.argsort(cell, kind="stable")
    present, first, sizes = np.unique(cell[order], return_index=True, return_counts=True)
    means = before.copy()
    means[present] = np.add.reduceat(rows[order], first, axis=0) / sizes[:, None]
    return means.astype(np.float32)


def _limits(sorted_bound: Vectors, cells: _Cells, radius: float) -> NDArray[np.float32]:
    """[c, d]: how much nearer to d than to c a row of cell d may be and still have a partner in cell c."""
    centroids = cells.centroids
    count = len(centroids)
    square = np.einsum("ij,ij->i", centroids, centroids)
    limits = np.full((count, count), -np.inf, dtype=np.float32)
    for cell in range(count):
        members = cells.members(cell)
        if members.start == members.stop:
            continue
        distance = np.sqrt(np.clip(square[cell] + square - 2 * (centroids @ centroids[cell]), 0.0, None))
        nearer = cells.own[members][:, None] - sorted_bound[members] @ centroids.T
        limits[cell] = radius * distance - nearer.min(axis=0) + TOLERANCE
    return limits


def _partners(sorted_bound: Vectors, cells: _Cells, limits: NDArray[np.float32], chosen: range) -> Iterator[Rows]:
    """For each chosen cell, the rows of the cells before it that can have a partner in it."""
    targets = cells.centroids[chosen.start : chosen.stop]
    found_rows, found_cells = [], []
    for cell in range(chosen.stop - 1):
        members = cells.members(cell)
        later = max(cell + 1, chosen.start)
        if members.start == members.stop:
            continue
        nearer = cells.own[members][:, None] - sorted_bound[members] @ targets[later - chosen.start :].T
        row, target = np.nonzero(nearer <= limits[later : chosen.stop, cell])
        found_rows.append((row + members.start).astype(np.int32))
        found_cells.append((target + later).astype(np.int32))
    rows = np.concatenate([np.empty(0, dtype=np.int32), *found_rows])
    targets_of = np.concatenate([np.empty(0, dtype=np.int32), *found_cells])
    order = np.argsort(targets_of, kind="stable")
    ends = np.searchsorted(targets_of[order], np.arange(chosen.start, chosen.stop + 1))
    for place in range(len(chosen)):
        yield cells.order[rows[order[ends[place] : ends[place + 1]]]]
