"""Accuracy by slice (facet, origin, similarity to train), each tested against the other rows."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import NotMeasured
from winnow.validators.stats.intervals import proportion
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, fisher, holm

if TYPE_CHECKING:
    import pandas as pd


SIMILARITY_BINS = (-1.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
"""Bin edges of the similarity to the nearest train record."""

MIN_TESTED_SLICE = 20
"""Minimum rows inside and outside a slice for a test; with fewer, a single row could decide it."""

Masks = Mapping[tuple[str, str], NDArray[np.bool_]]


def measure_slices(
    rows: pd.DataFrame, similarity: NDArray[np.float32], correct: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Accuracy of every slice: facets of the wording (including length), origin, similarity to train.

    Each is compared with all other rows by Fisher's exact test, with p-values adjusted for all tested slices (Holm).
    The slices that lose the most rows compared with the others come first.
    """
    masks = {**_masks_by_facet(rows), **_masks_by_origin(rows), **_masks_by_similarity(similarity)}
    found = [_measure_slice(kind, value, mask, correct) for (kind, value), mask in masks.items()]
    tested = [one for one in found if "p_value" in one]
    for one, adjusted in zip(tested, holm([one["p_value"] for one in tested]), strict=True):
        one |= {"p_adjusted": adjusted, "differs": adjusted < SIGNIFICANCE_LEVEL}
    return sorted(found, key=lambda one: (-one["rows_lost"], one["slice"], one["value"]))


def accuracy_by_similarity(similarity: NDArray[np.float32], correct: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Accuracy by cosine to the nearest train record: separates generalization from memorization."""
    found = []
    for low, high in itertools.pairwise(SIMILARITY_BINS):
        inside = (similarity >= low) & (similarity < high)
        if inside.any():
            share = proportion(int(correct[inside].sum()), int(inside.sum()))
            found.append({"from": max(low, 0.0), "to": min(high, 1.0), **share.json()})
    return found


def _measure_slice(kind: str, value: str, mask: NDArray[np.bool_], correct: NDArray[np.bool_]) -> dict[str, Any]:
    rows, hits = int(mask.sum()), int(correct[mask].sum())
    others, other_hits = len(mask) - rows, int(correct.sum()) - hits
    elsewhere = other_hits / others if others else 0.0
    found: dict[str, Any] = {
        "slice": kind,
        "value": value,
        "rows": rows,
        "accuracy": proportion(hits, rows).json(),
        "elsewhere": proportion(other_hits, others, "all rows are in this slice").json(),
        "rows_lost": rows * elsewhere - hits if others else 0.0,
    }
    if rows < MIN_TESTED_SLICE or others < MIN_TESTED_SLICE:
        return {
            **found,
            "differs": NotMeasured(f"fewer than {MIN_TESTED_SLICE} rows inside or outside the slice").json(),
        }
    return {**found, "p_value": fisher(hits, rows, other_hits, others)}


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
