"""Exact cosine search: near pairs within a set and nearest rows of another set, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.cells import MIN_ROWS, MIN_THRESHOLD, RowBlock, Rows, cell_blocks
from winnow.curation.engine.vectors import Vectors

PREFIX = 64
"""Leading principal dimensions that the bound is computed from: the fastest of 32, 64, 96 and 128
(docs/decisions/0003-near-pairs.md)."""

BLOCK_ROWS = 512

BLOCK_COLUMNS = 4096

BOUND_TOLERANCE = 1e-4
"""Added to the bound to absorb float32 rounding, about 1e-6 for 384 terms."""

TIE_TOLERANCE = 1e-5
"""Cosines of blocked products that differ by less may be equal."""

PAIRS_PER_CHUNK = 16_384
"""Pairs whose cosines are computed in double precision at a time."""

DENSE_SHARE = 0.05
"""If more of a block than this passes the bound, the whole block is multiplied instead."""


class NearestRows(NamedTuple):
    """The nearest rows of another set."""

    position: NDArray[np.int64]
    """-1 where there is none."""
    similarity: NDArray[np.float32]
    """Cosine; -1 where there is none."""


@dataclass(frozen=True)
class NearPairs:
    """Index pairs (left < right within one set) and their cosine similarity."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    similarity: NDArray[np.float32]

    def above(self, threshold: float) -> NearPairs:
        """The pairs at least this similar: a higher threshold needs no new search."""
        kept = self.similarity >= threshold
        return NearPairs(self.left[kept], self.right[kept], self.similarity[kept])

    def __len__(self) -> int:
        return len(self.left)


def near_pairs(vectors: Vectors, threshold: float) -> NearPairs:
    """All pairs of rows of (n, d) unit vectors with cosine >= threshold.

    Rotated to principal axes, x = [x1, x2] and y = [y1, y2] obey x.y <= x1.y1 + |x2||y2| (Cauchy-Schwarz), so one
    product of the short vectors [x1, |x2|] bounds the cosine from above; only pairs above the threshold are multiplied
    in full. Of many rows, most are not multiplied at all (`cells`). The result equals that of the full product.
    """
    bound, least = _bound_vectors(vectors), threshold - TIE_TOLERANCE
    is_divided = len(vectors) >= MIN_ROWS and threshold >= MIN_THRESHOLD
    blocks = cell_blocks(bound, least) if is_divided else iter([RowBlock(every := np.arange(len(vectors)), every)])
    found = [pairs for block in blocks for pairs in _pairs_of(block, vectors, bound, least)]
    return _with_similarity(vectors, found, threshold)


def _pairs_of(block: RowBlock, vectors: Vectors, bound: Vectors, threshold: float) -> Iterator[tuple[Rows, Rows]]:
    """The pairs of a block, lower row first, that may be above the threshold."""
    is_within = block.left is block.right
    for top in range(0, len(block.left), BLOCK_ROWS):
        rows = block.left[top : top + BLOCK_ROWS]
        for start in range(top if is_within else 0, len(block.right), BLOCK_COLUMNS):
            columns = block.right[start : start + BLOCK_COLUMNS]
            left, right = _pairs_between(vectors, bound, rows, columns, threshold)
            kept = left < right if is_within else slice(None)
            yield np.minimum(left, right)[kept], np.maximum(left, right)[kept]


def near_pairs_with(new: NDArray[np.int64], vectors: Vectors, threshold: float) -> NearPairs:
    """The near pairs that `near_pairs` would find with at least one row among `new` (positions)."""
    found: list[tuple[Any, Any]] = []
    for top in range(0, len(new), BLOCK_ROWS):
        rows = new[top : top + BLOCK_ROWS]
        for start in range(0, len(vectors), BLOCK_COLUMNS):
            product = vectors[rows] @ vectors[start : start + BLOCK_COLUMNS].T
            row, column = np.nonzero(product >= threshold - TIE_TOLERANCE)
            one, other = rows[row], column + start
            found.append((np.minimum(one, other)[one != other], np.maximum(one, other)[one != other]))
    pairs = _with_similarity(vectors, found, threshold)
    once = np.ones(len(pairs), dtype=bool)
    once[1:] = (np.diff(pairs.left) != 0) | (np.diff(pairs.right) != 0)  # a pair of two new rows is found twice
    return NearPairs(pairs.left[once], pairs.right[once], pairs.similarity[once])


def near_rows(queries: Vectors, base: Vectors, threshold: float) -> NearPairs:
    """Every pair of a query (left) and a base row (right) with cosine >= threshold."""
    empty = np.empty(0, dtype=np.int64)
    left, right = [empty], [empty]
    for top in range(0, len(queries), BLOCK_ROWS):
        for start in range(0, len(base), BLOCK_COLUMNS):
            product = queries[top : top + BLOCK_ROWS] @ base[start : start + BLOCK_COLUMNS].T
            row, column = np.nonzero(product >= threshold - TIE_TOLERANCE)
            left.append(row + top)
            right.append(column + start)
    one, other = np.concatenate(left), np.concatenate(right)
    return NearPairs(one, other, cosines(queries[one], base[other])).above(threshold)


def cosines(left: Vectors, right: Vectors) -> NDArray[np.float32]:
    """Cosine of every row of (n, d) unit vectors with the same row of others.

    The rounding of a blocked product depends on the shape of its blocks. This sums each row in double precision, so
    the cosine of a pair does not depend on the other rows.
    """
    parts = [
        np.einsum(
            "ij,ij->i",
            left[i : i + PAIRS_PER_CHUNK].astype(np.float64),
            right[i : i + PAIRS_PER_CHUNK].astype(np.float64),
        )
        for i in range(0, len(left), PAIRS_PER_CHUNK)
    ]
    return np.concatenate([*parts, np.empty(0)]).astype(np.float32)


def _with_similarity(vectors: Vectors, found: list[tuple[Any, Any]], threshold: float) -> NearPairs:
    """Pairs in order, with exact cosines, without those below the threshold."""
    left = np.concatenate([np.empty(0, dtype=np.int64), *(pair[0] for pair in found)])
    right = np.concatenate([np.empty(0, dtype=np.int64), *(pair[1] for pair in found)])
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    chunks = [slice(i, i + PAIRS_PER_CHUNK) for i in range(0, len(left), PAIRS_PER_CHUNK)]
    parts = [cosines(vectors[left[chunk]], vectors[right[chunk]]) for chunk in chunks]
    similarity = np.concatenate([np.empty(0, dtype=np.float32), *parts])
    kept = similarity >= threshold
    return NearPairs(left[kept], right[kept], similarity[kept])


def _pairs_between(vectors: Vectors, bound: Vectors, rows: Rows, columns: Rows, threshold: float) -> tuple[Rows, Rows]:
    """Pairs of rows and columns that may be above the threshold."""
    possible = bound[rows] @ bound[columns].T >= threshold - BOUND_TOLERANCE
    if np.count_nonzero(possible) > DENSE_SHARE * possible.size:
        product = vectors[rows] @ vectors[columns].T
        left, right = np.nonzero(product >= threshold)
        return rows[left], columns[right]
    left, right = np.divmod(np.flatnonzero(possible), possible.shape[1])
    left, right = rows[left], columns[right]
    kept = np.einsum("ij,ij->i", vectors[left], vectors[right]) >= threshold
    return left[kept], right[kept]


def _bound_vectors(vectors: Vectors) -> Vectors:
    """[x1, |x2|] of each row: the first PREFIX principal coordinates, and the norm of the rest."""
    if vectors.shape[1] <= PREFIX + 1:
        return vectors
    sample = vectors[:: max(1, len(vectors) // 20_000)].astype(np.float64)
    _, axes = np.linalg.eigh(sample.T @ sample)
    head = vectors @ axes[:, ::-1][:, :PREFIX].astype(np.float32)
    rest = np.sqrt(np.clip(1.0 - np.einsum("ij,ij->i", head, head), 0.0, None))
    return np.ascontiguousarray(np.hstack([head, rest[:, None]]), dtype=np.float32)


def nearest_outside_group(vectors: Vectors, k: int, groups: NDArray[np.int64]) -> NearestRows:
    """For each row its k nearest rows of other groups, the nearest first: position and similarity are (n, k).

    `groups` numbers the group of every row.
    """
    n = len(vectors)
    k = min(k, n)
    index, similarity = np.full((n, k), -1, dtype=np.int64), np.full((n, k), -1.0, dtype=np.float32)
    for top in range(0, n, BLOCK_ROWS):
        rows = np.arange(top, min(top + BLOCK_ROWS, n))
        for start in range(0, n, BLOCK_COLUMNS):
            columns = slice(start, min(start + BLOCK_COLUMNS, n))
            product = vectors[rows] @ vectors[columns].T
            np.copyto(product, -1.0, where=groups[rows][:, None] == groups[columns][None, :])
            higher = product.max(axis=1) > similarity[rows, -1]
            nearer = rows[higher]
            found = _highest(product[higher], start, NearestRows(index[nearer], similarity[nearer]))
            index[nearer], similarity[nearer] = found
    return NearestRows(index, similarity)


def _highest(product: NDArray[np.float32], start: int, before: NearestRows) -> NearestRows:
    """The highest of the products of columns from `start` and of the k found before, for each row, the highest first.

    Among equal ones the first column is first; -1 where there are fewer than k.
    """
    k = before.position.shape[1]
    few = min(k, product.shape[1])
    best = np.argpartition(product, product.shape[1] - few, axis=1)[:, -few:]
    value = np.hstack([before.similarity, np.take_along_axis(product, best, axis=1)])
    place = np.hstack([before.position, best + start])
    order = np.lexsort((place, -value), axis=1)[:, :k]
    value = np.take_along_axis(value, order, axis=1)
    return NearestRows(np.where(value > -1, np.take_along_axis(place, order, axis=1), -1), value)


def highest_similarity_outside_group(
    queries: Vectors, base: Vectors, query_groups: NDArray[np.int64], base_groups: NDArray[np.int64]
) -> NDArray[np.float32]:
    """For each query the cosine of its nearest base row of another group; -1 where there is none."""
    similarity = np.full(len(queries), -1.0, dtype=np.float32)
    for top in range(0, len(queries), BLOCK_ROWS):
        rows = slice(top, min(top + BLOCK_ROWS, len(queries)))
        for start in range(0, len(base), BLOCK_COLUMNS):
            columns = slice(start, min(start + BLOCK_COLUMNS, len(base)))
            product = queries[rows] @ base[columns].T
            np.copyto(product, -1.0, where=query_groups[rows][:, None] == base_groups[columns][None, :])
            similarity[rows] = np.maximum(similarity[rows], product.max(axis=1))
    return similarity


def nearest(queries: Vectors, base: Vectors) -> NearestRows:
    """For each query its nearest base row; among equally near rows the first."""
    index = np.full(len(queries), -1, dtype=np.int64)
    similarity = np.full(len(queries), -1.0, dtype=np.float32)
    for top in range(0, len(queries) if len(base) else 0, BLOCK_ROWS):
        rows = slice(top, min(top + BLOCK_ROWS, len(queries)))
        row, column = _nearest_candidates(queries[rows], base)
        cosine = cosines(queries[rows][row], base[column])
        order = np.lexsort((column, -cosine, row))
        first = order[np.unique(row[order], return_index=True)[1]]
        index[rows], similarity[rows] = column[first], cosine[first]
    return NearestRows(index, similarity)


def _nearest_candidates(queries: Vectors, base: Vectors) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Query and base rows that are as near as the nearest, up to rounding."""
    best = np.full(len(queries), -2.0, dtype=np.float32)
    found = []
    for start in range(0, len(base), BLOCK_COLUMNS):
        product = queries @ base[start : start + BLOCK_COLUMNS].T
        best = np.maximum(best, product.max(axis=1))
        row, column = np.nonzero(product >= best[:, None] - TIE_TOLERANCE)
        found.append((row, column + start, product[row, column]))
    row, column, value = (np.concatenate(parts) for parts in zip(*found, strict=True))
    near = value >= best[row] - TIE_TOLERANCE
    return row[near], column[near]
