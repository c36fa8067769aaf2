"""Accuracy by slice (facet, origin, similarity to train), each tested against the other rows."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import NotMeasured
from winnow.training.evaluation.evaluation_facts import SimilarityBin, Slice
from winnow.validators.stats.intervals import measured_proportion, proportion
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, fisher, holm

if TYPE_CHECKING:
    import pandas as pd


SIMILARITY_BINS = (-1.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
"""Bin edges of the similarity to the nearest train record."""

MIN_TESTED_SLICE = 20
"""Minimum rows inside and outside a slice for a test; with fewer, a single row could decide it."""

Masks = Mapping[tuple[str, str], NDArray[np.bool_]]


@dataclass(frozen=True)
class SliceCounts:
    """The rows of one slice, compared with all other rows."""

    kind: str
    """`label`, `origin`, `similarity to train`, or the name of a facet."""
    value: str
    rows: int
    hits: int
    """Rows that are predicted correctly."""
    other_rows: int
    other_hits: int

    @property
    def rows_lost(self) -> float:
        """Rows that would be right in addition if the slice were as accurate as the other rows; 0 without those."""
        return self.rows * (self.other_hits / self.other_rows) - self.hits if self.other_rows else 0.0

    @property
    def p_value(self) -> float:
        """p-value of Fisher's exact test."""
        return fisher(self.hits, self.rows, self.other_hits, self.other_rows)


def measure_slices(rows: pd.DataFrame, similarity: NDArray[np.float32], correct: NDArray[np.bool_]) -> list[Slice]:
    """Accuracy of every slice: facets of the wording (including length), origin, similarity to train.

    Each is compared with all other rows by Fisher's exact test, with p-values adjusted for all tested slices (Holm).
    The slices that lose the most rows compared with the others come first.
    """
    masks = {**_masks_by_facet(rows), **_masks_by_origin(rows), **_masks_by_similarity(similarity)}
    every = [_count(kind, value, mask, correct) for (kind, value), mask in masks.items()]
    p_values = {one: one.p_value for one in every if min(one.rows, one.other_rows) >= MIN_TESTED_SLICE}
    adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    found = [_measure_slice(one, p_values.get(one), adjusted.get(one)) for one in every]
    return sorted(found, key=lambda one: (-one.rows_lost, one.slice, one.value))


def accuracy_by_similarity(similarity: NDArray[np.float32], correct: NDArray[np.bool_]) -> list[SimilarityBin]:
    """Accuracy by cosine to the nearest train record: separates generalization from memorization."""
    found = []
    for low, high in itertools.pairwise(SIMILARITY_BINS):
        inside = (similarity >= low) & (similarity < high)
        if inside.any():
            share = measured_proportion(int(correct[inside].sum()), int(inside.sum()))
            found.append(
                SimilarityBin(
                    from_=max(low, 0.0),
                    to=min(high, 1.0),
                    value=share.value,
                    low=share.low,
                    high=share.high,
                    rows=share.rows,
                )
            )
    return found


def _count(kind: str, value: str, mask: NDArray[np.bool_], correct: NDArray[np.bool_]) -> SliceCounts:
    rows, hits = int(mask.sum()), int(correct[mask].sum())
    return SliceCounts(kind, value, rows, hits, len(mask) - rows, int(correct.sum()) - hits)


def _measure_slice(counts: SliceCounts, p_value: float | None, adjusted: float | None) -> Slice:
    """The figures of a slice; `p_value` and `adjusted` are None where there are too few rows for a test."""
    too_few = NotMeasured(f"fewer than {MIN_TESTED_SLICE} rows inside or outside the slice")
    return Slice(
        slice=counts.kind,
        value=counts.value,
        rows=counts.rows,
        accuracy=measured_proportion(counts.hits, counts.rows),
        elsewhere=proportion(counts.other_hits, counts.other_rows, "all rows are in this slice"),
        rows_lost=counts.rows_lost,
        p_value=p_value,
        p_adjusted=adjusted,
        differs=too_few if adjusted is None else adjusted < SIGNIFICANCE_LEVEL,
    )


def _masks_by_facet(rows: pd.DataFrame) -> Masks:
    held: dict[tuple[str, str], NDArray[np.bool_]] = {}
    for i, named in enumerate(rows["facets"]):
        for facet in named:
            kind, _, value = facet.partition(":")
            held.setdefault((kind, value), np.zeros(len(rows), dtype=bool))[i] = True
    return dict(sorted(held.items()))


def _masks_by_origin(rows: pd.DataFrame) -> Masks:
    origins = rows["origin"].to_numpy()
    return {("origin", str(origin)): origins == origin for origin in sorted(set(origins))}


def _masks_by_similarity(similarity: NDArray[np.float32]) -> Masks:
    found = {}
    for low, high in itertools.pairwise(SIMILARITY_BINS):
        inside = (similarity >= low) & (similarity < high)
        if inside.any():
            found["similarity to train", f"{max(low, 0.0):.1f} to {min(high, 1.0):.1f}"] = inside
    return found
