"""Which train records probably have a wrong label, ranked for people to review. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.curation.annotations.nearest_of_label import NearestOfLabel
from winnow.curation.annotations.out_of_fold import FOLDS, RowIndices, assign_folds, groups_per_label
from winnow.curation.annotations.quick_out_of_fold import QuickProbes
from winnow.curation.engine.quick_probe import probe_rows
from winnow.curation.engine.vectors import Vectors

FOLD_REPEATS = 1
"""Divisions of the groups into folds, over which probabilities are averaged. 2 take twice as long and find no more
(docs/decisions/0073-label-errors-in-check.md)."""

FIRST_STEPS = 10
"""Steps of each fit in the first round. 20 take twice as long and find no more (the same note)."""

FURTHER_STEPS = 5
"""Steps in the second round, from where the first one stopped."""

BELIEF_FLOOR = 0.01
"""Added to every probability before logarithms are taken (docs/decisions/0016-label-errors.md)."""

MAX_EXCLUDED_SHARE = 0.5
"""At most this share of a label's records is excluded from the second round, so that no label vanishes."""


@dataclass(frozen=True)
class JudgedLabel:
    """What a model that did not see a record finds about its label. Positions refer to the rows that were passed."""

    position: int
    score: float
    """Natural logarithm of the odds of the proposed label against the given one; above 0, it is more credible."""
    given: str
    proposed: str
    """The most credible of the other labels."""
    given_probability: float
    """Of the given label, by probes that did not see the record's group."""
    proposed_probability: float


class JudgedLabels(NamedTuple):
    """Every record that could be judged, most suspicious first, and the labels that could not."""

    ranked: list[JudgedLabel]
    unscored_labels: dict[str, int]
    """Labels with too few groups to be judged, and how many groups each has."""


@dataclass(frozen=True)
class SuspectedLabelError(JudgedLabel):
    """One record and the evidence against its label, with the records that annotators compare it with."""

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
    names: list[str]
    keys: list[str]
    """Group ids."""
    order: list[int]
    """Of each row, its position among those that were passed."""


def judge_labels(vectors: Vectors, labels: Sequence[str], groups: Sequence[str], *, seed: int = 0) -> JudgedLabels:
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
        return JudgedLabels([], unscored_labels)
    rows = _sorted_rows(vectors, labels, groups)
    scorable = np.isin(rows.codes, [rows.names.index(label) for label in scored])
    probe, belief = _two_rounds(rows, scorable, seed)
    return JudgedLabels(_rank(rows, np.flatnonzero(scorable), probe, belief), unscored_labels)


def find_label_errors(
    vectors: Vectors, labels: Sequence[str], groups: Sequence[str], *, seed: int = 0
) -> LabelErrorRanking:
    """The same ranking with the nearest records of both labels, which annotators are shown."""
    judged = judge_labels(vectors, labels, groups, seed=seed)
    near = NearestOfLabel(vectors, labels, groups)
    ranked = [
        SuspectedLabelError(
            **vars(one),
            near_given=near.of(one.position, one.given),
            near_proposed=near.of(one.position, one.proposed),
        )
        for one in judged.ranked
    ]
    return LabelErrorRanking(ranked, judged.unscored_labels)


def _sorted_rows(vectors: Vectors, labels: Sequence[str], groups: Sequence[str]) -> _SortedRows:
    order = sorted(range(len(labels)), key=lambda i: (groups[i], labels[i], vectors[i].tobytes()))
    names, codes = np.unique([labels[i] for i in order], return_inverse=True)
    return _SortedRows(vectors[order], codes, names.tolist(), [groups[i] for i in order], order)


def _two_rounds(rows: _SortedRows, scorable: NDArray[np.bool_], seed: int) -> tuple[Vectors, Vectors]:
    """The probes' probabilities and the logarithms of belief, each (n, labels), averaged over both rounds."""
    labels = [rows.names[code] for code in rows.codes]
    folds = [assign_folds(labels, rows.keys, seed * FOLD_REPEATS + i) for i in range(FOLD_REPEATS)]
    probes = QuickProbes(probe_rows(rows.vectors, len(rows.names)), rows.codes, len(rows.names), folds)
    first = probes.probabilities(np.ones(len(labels), dtype=bool), FIRST_STEPS)
    belief = _log_belief(first)
    doubtful = _excluded_from_second_round(_error_scores(belief, rows.codes)[0], rows.codes, scorable)
    again = probes.probabilities(~doubtful, FURTHER_STEPS)
    return (first + again) / np.float32(2), (belief + _log_belief(again)) / np.float32(2)


def _log_belief(probabilities: Vectors) -> Vectors:
    """Logarithm of the belief in each label: its difference between two labels is their log-odds.

    The floor keeps a ratio of two negligible numbers from looking like evidence. With none the difference is the
    log-odds themselves, with a large one it orders rows as the normalized margin of confident learning does
    (Northcutt, Jiang and Chuang 2021, Confident Learning: Estimating Uncertainty in Dataset Labels).
    """
    logarithm: Vectors = np.log(probabilities + np.float32(BELIEF_FLOOR))
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


def _rank(rows: _SortedRows, scored: RowIndices, probe: Vectors, belief: Vectors) -> list[JudgedLabel]:
    """The scored rows, most doubtful first, ties by group."""
    score, best = _error_scores(belief, rows.codes)

    def judged(row: int) -> JudgedLabel:
        given, proposed = int(rows.codes[row]), int(best[row])
        names, odds = rows.names, float(score[row])
        shares = (float(probe[row, given]), float(probe[row, proposed]))
        return JudgedLabel(rows.order[row], odds, names[given], names[proposed], *shares)

    return [judged(row) for row in scored[np.argsort(-score[scored], kind="stable")].tolist()]
