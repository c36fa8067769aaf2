"""Which train records probably have a wrong label, ranked for people to review. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.curation.annotations.out_of_fold import (
    FOLDS,
    RowIndices,
    assign_folds,
    groups_per_label,
    out_of_fold_probabilities,
)
from winnow.curation.engine.exact_search import cosines, nearest_outside_group
from winnow.curation.engine.vectors import Vectors

FOLD_REPEATS = 2
"""Assignments of groups to folds, over which probabilities are averaged. 3 took half as long again and found no more
(docs/decisions/0016-label-errors.md)."""

FAST_FIT_TOLERANCE = 1e-3
"""Tolerance of the fits: ten times the probe's own takes half the time and is as good here (the same note)."""

NEIGHBORS = 20
"""Neighbors that vote. None of 10, 20 and 40 is best everywhere (the same note)."""

NEIGHBOR_SHARE = 0.3
"""Weight of the neighbors in the belief; the rest is the probe's (the same note)."""

BELIEF_FLOOR = 0.01
"""Added to every belief before logarithms are taken (the same note)."""

MAX_EXCLUDED_SHARE = 0.5
"""At most this share of a label's records is excluded from the second round, so that no label vanishes."""

NEAREST_SHOWN = 3
"""Records of either label that annotators are shown."""


@dataclass(frozen=True)
class SuspectedLabelError:
    """One record and the evidence against its label. Positions refer to the rows that were passed."""

    position: int
    score: float
    """Natural logarithm of the odds of the proposed label against the given one; above 0, it is more credible."""
    given: str
    proposed: str
    """The most credible of the other labels."""
    given_probability: float
    """Of the given label, averaged over probes that did not see the record's group."""
    proposed_probability: float
    near_given: tuple[tuple[int, float], ...]
    """Position and cosine of the nearest records of the given label in other groups, nearest first."""
    near_proposed: tuple[tuple[int, float], ...]
    """The same of the proposed label."""


@dataclass(frozen=True)
class LabelErrorRanking:
    """Every record that could be scored, most suspicious first, and the labels that could not."""

    ranked: list[SuspectedLabelError]
    unscored_labels: dict[str, int]
    """Labels with too few groups to be scored, and how many groups each has."""


@dataclass(frozen=True)
class _SortedRows:
    """The rows in a canonical order, so that the order in which they were passed changes nothing."""

    vectors: Vectors
    codes: RowIndices
    """Of the labels, in alphabetical order."""
    groups: RowIndices
    names: list[str]
    keys: list[str]
    """Group ids; `groups` numbers them."""


def find_label_errors(
    vectors: Vectors, labels: Sequence[str], groups: Sequence[str], *, seed: int = 0
) -> LabelErrorRanking:
    """Rank the records of (n, d) unit vectors with n labels and n group ids by how doubtful their labels are.

    The order of the rows does not matter. Records of a label with fewer than FOLDS groups are
    used for training and proposed, but not scored; with a single label nothing is scored.
    Raises ValueError when the lengths differ.
    """
    if not len(vectors) == len(labels) == len(groups):
        raise ValueError(f"{len(vectors)} vectors, {len(labels)} labels, {len(groups)} groups")
    group_counts = groups_per_label(labels, groups)
    scored = {label for label, count in group_counts.items() if count >= FOLDS and len(group_counts) > 1}
    unscored_labels = {label: group_counts[label] for label in sorted(group_counts) if label not in scored}
    if not scored:
        return LabelErrorRanking([], unscored_labels)
    order = sorted(range(len(labels)), key=lambda i: (groups[i], labels[i], vectors[i].tobytes()))
    rows = _sorted_rows(vectors, labels, groups, order)
    scorable = np.isin(rows.codes, [rows.names.index(label) for label in scored])
    probe, belief = _two_rounds(rows, scorable, seed)
    return LabelErrorRanking(_rank(rows, np.flatnonzero(scorable), probe, belief, np.array(order)), unscored_labels)


def _sorted_rows(vectors: Vectors, labels: Sequence[str], groups: Sequence[str], order: list[int]) -> _SortedRows:
    names, codes = np.unique([labels[i] for i in order], return_inverse=True)
    keys = [groups[i] for i in order]
    return _SortedRows(vectors[order], codes, np.unique(keys, return_inverse=True)[1], names.tolist(), keys)


def _two_rounds(rows: _SortedRows, scorable: NDArray[np.bool_], seed: int) -> tuple[Vectors, Vectors]:
    """The probe's probabilities and the logarithms of belief, each (n, labels), averaged over both rounds."""
    labels = [rows.names[code] for code in rows.codes]
    folds = [assign_folds(labels, rows.keys, seed * FOLD_REPEATS + i) for i in range(FOLD_REPEATS)]
    near = nearest_outside_group(rows.vectors, NEIGHBORS, rows.groups)
    training_mask = np.ones(len(labels), dtype=bool)
    probe, _ = out_of_fold_probabilities(rows.vectors, labels, folds, tolerance=FAST_FIT_TOLERANCE)
    belief = _log_belief(probe, _neighbor_vote(rows, near, training_mask))
    training_mask = ~_excluded_from_second_round(_error_scores(belief, rows.codes)[0], rows.codes, scorable)
    again, _ = out_of_fold_probabilities(
        rows.vectors, labels, folds, training_mask=training_mask, tolerance=FAST_FIT_TOLERANCE
    )
    probe += again
    belief += _log_belief(again, _neighbor_vote(rows, near, training_mask))
    return probe / np.float32(2), belief / np.float32(2)


def _neighbor_vote(
    rows: _SortedRows, near: tuple[RowIndices, NDArray[np.float32]], training_mask: NDArray[np.bool_]
) -> Vectors:
    """Shape (n, labels): each label's share of the neighbors in `training_mask`, weighted by squared cosine."""
    index, similarity = near
    weight = np.clip(similarity, 0, None) ** 2 * training_mask[index]
    vote = np.zeros((len(index), len(rows.names)), dtype=np.float32)
    np.add.at(vote, (np.arange(len(index))[:, None], rows.codes[index]), weight)
    vote /= np.maximum(vote.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return vote


def _log_belief(probe: Vectors, vote: Vectors) -> Vectors:
    """Logarithm of the mixed belief: its difference between two labels is their log-odds.

    The floor keeps a ratio of two negligible numbers from looking like evidence. With none the difference is the
    log-odds themselves, with a large one it orders rows as the normalized margin of confident learning does
    (Northcutt, Jiang and Chuang 2021, Confident Learning: Estimating Uncertainty in Dataset Labels).
    """
    logarithm: Vectors = np.log(
        np.float32(1 - NEIGHBOR_SHARE) * probe + np.float32(NEIGHBOR_SHARE) * vote + np.float32(BELIEF_FLOOR)
    )
    return logarithm


def _error_scores(belief: Vectors, codes: RowIndices) -> tuple[Vectors, RowIndices]:
    """The score of every row from logarithms of belief, and its most credible other label."""
    row = np.arange(len(codes))
    others = belief.copy()
    others[row, codes] = -np.inf
    best = others.argmax(axis=1)
    return belief[row, best] - belief[row, codes], best


def _excluded_from_second_round(score: Vectors, codes: RowIndices, scorable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows excluded from the second round: doubtful, scorable, and in the more doubtful half of their label."""
    order = np.lexsort((-score, codes))
    size = np.bincount(codes)
    rank = np.empty(len(codes), dtype=np.int64)
    rank[order] = np.arange(len(codes)) - (np.cumsum(size) - size)[codes[order]]
    return scorable & (score > 0) & (rank < (MAX_EXCLUDED_SHARE * size[codes]).astype(np.int64))


def _rank(
    rows: _SortedRows, scored: RowIndices, probe: Vectors, belief: Vectors, order: RowIndices
) -> list[SuspectedLabelError]:
    """The scored rows as suspected errors, most doubtful first, ties by group."""
    score, best = _error_scores(belief, rows.codes)
    members = [np.flatnonzero(rows.codes == code) for code in range(len(rows.names))]
    grouped = [rows.vectors[these] for these in members]

    def nearest(row: int, code: int) -> tuple[tuple[int, float], ...]:
        cosine = grouped[code] @ rows.vectors[row]
        ranked = members[code][np.argsort(-cosine, kind="stable")]
        shown = ranked[rows.groups[ranked] != rows.groups[row]][:NEAREST_SHOWN]
        similarity = cosines(rows.vectors[[row] * len(shown)], rows.vectors[shown])
        return tuple(zip(order[shown].tolist(), similarity.tolist(), strict=True))

    def suspected_error(row: int) -> SuspectedLabelError:
        given, proposed = int(rows.codes[row]), int(best[row])
        return SuspectedLabelError(
            int(order[row]),
            float(score[row]),
            rows.names[given],
            rows.names[proposed],
            float(probe[row, given]),
            float(probe[row, proposed]),
            nearest(row, given),
            nearest(row, proposed),
        )

    return [suspected_error(row) for row in scored[np.argsort(-score[scored], kind="stable")].tolist()]
