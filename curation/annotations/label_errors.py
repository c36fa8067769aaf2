"""Which train records probably have a wrong label, ranked for people to review. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.curation.annotations.indistinct_labels import LabelPairs, find_indistinct_labels
from winnow.curation.annotations.label_doubt import LabelDoubt
from winnow.curation.annotations.near_copies import groups_with_near_copies
from winnow.curation.annotations.nearest_of_label import NearestOfLabel
from winnow.curation.annotations.out_of_fold import FOLDS, RowIndices, assign_folds, groups_per_label
from winnow.curation.annotations.pooled_belief import PenaltyPair, pooled_belief
from winnow.curation.annotations.read_first import read_first
from winnow.curation.annotations.wrong_label_count import suspected_by_model, wrong_label_count
from winnow.curation.engine.group_ranks import rank_in_group
from winnow.curation.engine.vectors import Vectors
from winnow.validators.stats.clustered_share import count_by_cluster, design_effect

MAX_EXCLUDED_SHARE = 0.5
"""At most this share of a label's records is excluded from the second round, so that no label vanishes."""


@dataclass(frozen=True)
class JudgedLabel:
    """What a model that did not see a record finds about its label. Positions refer to the rows that were passed."""

    position: int
    score: float
    """How doubtful the label is: minus the natural logarithm of the share of judged records that are at least as
    doubtful, so 4.6 means that one record in a hundred is."""
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
    read_first: int = 0
    """The first records with a more probable label that hold about 80 % of the wrong labels."""
    design_effect: float = 1.0
    """How many times fewer independent records would tell as much: near copies are right or wrong together."""
    indistinct_labels: LabelPairs = ()
    """Labels between which the model cannot choose."""


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
    suspected: list[SuspectedLabelError] = field(default_factory=list)
    """As many of the first as labels may be wrong."""


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
    groups = groups_with_near_copies(rows.vectors, rows.codes, rows.keys, at_least=FOLDS)
    first, doubt = _two_rounds(rows, groups, scorable, seed)
    return JudgedLabels(
        _rank(rows, np.flatnonzero(scorable), doubt),
        unscored_labels,
        read_first(doubt, scorable, seed),
        _design_effect(doubt, scorable, groups),
        find_indistinct_labels(first, rows.names),
    )


def find_label_errors(
    vectors: Vectors, labels: Sequence[str], groups: Sequence[str], *, seed: int = 0
) -> LabelErrorRanking:
    """The same ranking with the nearest records of both labels, which annotators are shown."""
    judged = judge_labels(vectors, labels, groups, seed=seed)
    near = NearestOfLabel(vectors, labels, groups)
    ranked = {
        one.position: SuspectedLabelError(
            **vars(one),
            near_given=near.of(one.position, one.given),
            near_proposed=near.of(one.position, one.proposed),
        )
        for one in judged.ranked
    }
    shown = [ranked[one.position] for one in suspected_by_model(judged.ranked, wrong_label_count(judged))]
    return LabelErrorRanking(list(ranked.values()), judged.unscored_labels, shown)


def _sorted_rows(vectors: Vectors, labels: Sequence[str], groups: Sequence[str]) -> _SortedRows:
    order = sorted(range(len(labels)), key=lambda i: (groups[i], labels[i], vectors[i].tobytes()))
    names, codes = np.unique([labels[i] for i in order], return_inverse=True)
    return _SortedRows(vectors[order], codes, names.tolist(), [groups[i] for i in order], order)


class _Rounds(NamedTuple):
    first: LabelDoubt
    mean: LabelDoubt
    """From the mean probabilities of both rounds."""


def _two_rounds(rows: _SortedRows, groups: Sequence[str], scorable: NDArray[np.bool_], seed: int) -> _Rounds:
    """The doubt about every label; the second round leaves out what looks wrong in the first."""
    names, codes = rows.names, rows.codes
    folds = [assign_folds([names[code] for code in codes], groups, seed)]
    probes = PenaltyPair.on(rows.vectors, codes, len(names), folds)
    weak, strong = probes.first_round()
    first = LabelDoubt(pooled_belief(weak, strong, codes), codes)
    again = probes.second_round(~_excluded_from_second_round(first, scorable))
    means = [(one + other) / np.float32(2) for one, other in zip((weak, strong), again, strict=True)]
    return _Rounds(first, LabelDoubt(pooled_belief(means[0], means[1], codes), codes))


def _excluded_from_second_round(doubt: LabelDoubt, scorable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The most doubtful scorable rows, as many as labels are contradicted, and at most half of each label."""
    sure = doubt.sure & scorable
    if not sure.any():
        return sure
    contradicted = (doubt.predicted != doubt.codes)[sure].mean()
    score = np.where(scorable, doubt.score, -np.inf)
    most = np.zeros(len(score), dtype=bool)
    most[np.argsort(-score, kind="stable")[: round(contradicted * scorable.sum())]] = True
    allowed = MAX_EXCLUDED_SHARE * np.bincount(doubt.codes)[doubt.codes]
    return most & (rank_in_group(doubt.codes, -score) < allowed)


def _design_effect(doubt: LabelDoubt, scorable: NDArray[np.bool_], groups: Sequence[str]) -> float:
    """That of the sure rows, which are clustered in groups."""
    sure = np.flatnonzero(doubt.sure & scorable)
    contradicted = (doubt.predicted != doubt.codes)[sure].tolist()
    counts = count_by_cluster((groups[row], int(hit), 1) for row, hit in zip(sure.tolist(), contradicted, strict=True))
    return design_effect(counts) if counts else 1.0


def _rank(rows: _SortedRows, scored: RowIndices, doubt: LabelDoubt) -> list[JudgedLabel]:
    """The scored rows, most doubtful first, ties by group."""
    names, probability = rows.names, doubt.belief.pooled
    score = doubt.score

    def judged(row: int) -> JudgedLabel:
        given, proposed = int(rows.codes[row]), int(doubt.best_other[row])
        shares = (float(probability[row, given]), float(probability[row, proposed]))
        return JudgedLabel(rows.order[row], float(score[row]), names[given], names[proposed], *shares)

    return [judged(row) for row in scored[np.argsort(-score[scored], kind="stable")].tolist()]
