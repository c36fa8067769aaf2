"""Three measures of how new queries are to labeled rows: doubt of a linear probe, distance, and nearness to each other.

A query of a missing label has near neighbors where a sibling of the label exists. It is seen by what a probe is unsure
of, and by other queries that are nearer to it than any labeled row is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.quick_probe import ProbeRows, class_probabilities, fit_steps
from winnow.curation.engine.vectors import Vectors

STEPS = 10
"""Steps of the probe's fit: as many as rank label errors."""

NEIGHBORS = 3
"""Nearest rows whose mean cosine is compared: one may be a copy, and five exceed small labels."""

BLOCK_ROWS = 512

RowIndices = NDArray[np.int64]


class NoveltyMeasures(NamedTuple):
    """Three values for each query; higher is newer."""

    doubt: NDArray[np.float64]
    """Minus the highest probability of a label."""
    distance: NDArray[np.float64]
    """Minus the cosine to the nearest labeled row of another group."""
    companions: NDArray[np.float64]
    """Mean cosine to the nearest other queries, minus that to the nearest labeled rows."""

    def of(self, rows: RowIndices) -> NoveltyMeasures:
        """The measures of some queries."""
        return NoveltyMeasures(self.doubt[rows], self.distance[rows], self.companions[rows])

    def joined(self, other: NoveltyMeasures) -> NoveltyMeasures:
        """The measures of these queries, then of others."""
        return NoveltyMeasures(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))


@dataclass(frozen=True)
class GroupedRows:
    """Vectors with the group of each, and their coordinates for a probe."""

    vectors: Vectors
    groups: RowIndices
    design: Vectors

    def of(self, rows: RowIndices) -> GroupedRows:
        """Some of the rows."""
        return GroupedRows(self.vectors[rows], self.groups[rows], self.design[rows])


def measure_novelty(
    labeled: GroupedRows, codes: RowIndices, queries: GroupedRows, companions: GroupedRows, *, penalty: Vectors
) -> NoveltyMeasures:
    """The measures of queries against labeled rows with the label `codes`; `companions` are other queries.

    The rows are in the coordinates of `probe_rows`, with its `penalty`.
    """
    present, classes = np.unique(codes, return_inverse=True)
    start = np.zeros((labeled.design.shape[1], len(present)), dtype=np.float32)
    weights = fit_steps(ProbeRows(labeled.design, penalty), classes, start, STEPS)
    doubt = -class_probabilities(queries.design, weights).max(axis=1)
    nearest, others = nearest_means(queries, labeled), nearest_means(queries, companions)
    return NoveltyMeasures(doubt.astype(np.float64), -nearest.first, others.mean - nearest.mean)


class NearestMeans(NamedTuple):
    """The cosine to the nearest row of another group, and the mean of that to the nearest NEIGHBORS; -1 without any."""

    first: NDArray[np.float64]
    mean: NDArray[np.float64]


def nearest_means(queries: GroupedRows, base: GroupedRows) -> NearestMeans:
    """For each query what is near it among `base`, in blocks."""
    first, mean = np.full(len(queries.vectors), -1.0), np.full(len(queries.vectors), -1.0)
    count = min(NEIGHBORS, len(base.vectors))
    for top in range(0, len(queries.vectors) if count else 0, BLOCK_ROWS):
        rows = slice(top, top + BLOCK_ROWS)
        cosines = queries.vectors[rows] @ base.vectors.T
        cosines[queries.groups[rows][:, None] == base.groups[None, :]] = -1.0
        best = np.partition(cosines, -count, axis=1)[:, -count:]
        first[rows], mean[rows] = best.max(axis=1), best.mean(axis=1)
    return NearestMeans(first, mean)
