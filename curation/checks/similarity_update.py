"""The incremental search: only rows that are new or changed split are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from winnow.curation.checks.eligibility import EXCLUDED
from winnow.curation.checks.similarity_search import (
    SPLIT_CODES,
    NearestHoldOut,
    RowPositions,
    RowVectors,
    Similarities,
    highest_similarity,
    nearest_hold_out_rows,
    similarities_from_arrays,
)
from winnow.curation.engine.exact_search import NearestRows, NearPairs, near_pairs_with

if TYPE_CHECKING:
    import pandas as pd


MAX_CHANGED_SHARE = 0.10
"""If a larger share of records changed, everything is measured again."""


@dataclass(frozen=True)
class TableChange:
    """How a table differs from the one that was measured last."""

    stored: dict[str, Any]
    new_position: RowPositions
    """The current position of each row of the old table; -1 if it was removed or changed split."""
    new: RowPositions
    """Positions of eligible rows that are new or changed split."""
    hold_out_removed: bool


def table_change(stored: dict[str, Any], eligible: pd.DataFrame) -> TableChange | None:
    """What changed; None if so much that everything is measured again."""
    ids = eligible["id"].to_numpy().astype("U20")
    codes = np.array([SPLIT_CODES[split] for split in eligible["split"]], dtype=np.int8)
    old_ids, old_codes = stored["ids"], stored["codes"]
    if not len(ids) or not len(old_ids):
        return None
    position_of = np.minimum(np.searchsorted(ids, old_ids), len(ids) - 1)
    unchanged = (ids[position_of] == old_ids) & (codes[position_of] == old_codes)
    new_position = np.where(unchanged, position_of, -1)
    known = np.zeros(len(ids), dtype=bool)
    known[new_position[unchanged]] = True
    new = np.flatnonzero(~known & (codes != SPLIT_CODES[EXCLUDED]))
    removed = ~unchanged & (old_codes != SPLIT_CODES[EXCLUDED])
    if len(new) + removed.sum() > MAX_CHANGED_SHARE * (codes != SPLIT_CODES[EXCLUDED]).sum():
        return None
    return TableChange(stored, new_position, new, bool((removed & (old_codes != SPLIT_CODES["train"])).any()))


def update_similarities(change: TableChange, row_vectors: RowVectors, floor: float) -> Similarities:
    """The stored similarities without removed rows and with new ones."""
    before = similarities_from_arrays(change.stored)
    is_new = np.zeros(len(row_vectors.texts), dtype=bool)
    is_new[change.new] = True
    new_train, new_hold_out = (
        row_vectors.train[is_new[row_vectors.train]],
        row_vectors.hold_out[is_new[row_vectors.hold_out]],
    )
    position, similarity = _nearest_at_new_positions(before.nearest, change.new_position, len(row_vectors.texts))
    train = row_vectors.train
    is_missing = position[train] < 0
    without_nearest, with_nearest = train[is_missing], train[~is_missing]
    hold_out_changed = len(new_hold_out) > 0 or change.hold_out_removed
    plain = [row_vectors.train] if len(new_train) else []
    both = [
        without_nearest,
        *([row_vectors.hold_out] if len(without_nearest) or hold_out_changed else []),
        *([with_nearest] if len(new_hold_out) else []),
    ]
    row_vectors.prepare(plain=[*plain, *both], masked=both)
    if len(without_nearest):
        position[without_nearest], similarity[without_nearest] = nearest_hold_out_rows(
            row_vectors, without_nearest, row_vectors.hold_out
        )
    if len(new_hold_out) and len(with_nearest):
        other, cosine = nearest_hold_out_rows(row_vectors, with_nearest, new_hold_out)
        is_nearer = (cosine > similarity[with_nearest]) | (
            (cosine == similarity[with_nearest]) & (row_vectors.rank[other] < row_vectors.rank[position[with_nearest]])
        )
        position[with_nearest[is_nearer]], similarity[with_nearest[is_nearer]] = other[is_nearer], cosine[is_nearer]
    highest = (
        highest_similarity(row_vectors, row_vectors.validation, row_vectors.test)
        if hold_out_changed
        else before.validation_to_test
    )
    return Similarities(
        _updated_pairs(before.pairs, change.new_position, new_train, row_vectors, floor),
        NearestHoldOut(position, similarity),
        highest,
    )


def _nearest_at_new_positions(before: NearestHoldOut, new_position: RowPositions, size: int) -> NearestRows:
    """Old nearest rows at their current positions; -1 where either row was removed, whatever the similarity says."""
    position, similarity = np.full(size, -1, dtype=np.int64), np.full(size, -1.0, dtype=np.float32)
    had = np.flatnonzero((new_position >= 0) & (before.position >= 0))
    position[new_position[had]], similarity[new_position[had]] = (
        new_position[before.position[had]],
        before.similarity[had],
    )
    return NearestRows(position, similarity)


def _updated_pairs(
    before: NearPairs, new_position: RowPositions, new_train: RowPositions, row_vectors: RowVectors, floor: float
) -> NearPairs:
    left, right = new_position[before.left], new_position[before.right]
    both = np.minimum(left, right) >= 0
    left, right, similarity = left[both], right[both], before.similarity[both]
    if len(new_train):
        own = near_pairs_with(
            np.searchsorted(row_vectors.train, new_train), row_vectors.plain(row_vectors.train), floor
        )
        left = np.concatenate([left, row_vectors.train[own.left]])
        right = np.concatenate([right, row_vectors.train[own.right]])
        similarity = np.concatenate([similarity, own.similarity])
    order = np.lexsort((right, left))
    return NearPairs(left[order], right[order], similarity[order])
