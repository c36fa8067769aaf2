"""What queries of known and of missing labels look like: labels of train are hidden in turn, and their rows measured.

Each of five rounds holds out a fifth of the rows, and then also hides a fifth of the labels. The held-out rows show
what known queries look like, the rows of the hidden labels what new ones do. No row is measured against itself, so
that train rows do not look more known than traffic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import NotMeasured
from winnow.curation.engine.group_ranks import rank_in_group
from winnow.curation.engine.novelty_measures import GroupedRows, NoveltyMeasures, RowIndices, measure_novelty
from winnow.curation.engine.vectors import Vectors

ROUNDS = 5
"""A fifth of the labels and of the rows is left out in each round."""

MIN_GROUPS = 5
"""A label with fewer groups is neither hidden nor held out: a round would hardly know it."""

MIN_LABELS = 3
"""With one of two labels hidden, a probe would know only one."""

MIN_KNOWN = 20
"""Held-out rows from which a tenth can be told."""

MAX_KNOWN, MAX_NEW = 4000, 4000
"""Rows that are measured: the standard error of a rank among 4,000 is 0.5 %."""

COMPANION_SHARE = 0.25
"""Queries that a query is compared with, at most, per labeled row: as many as one round holds out."""

MIN_COMPANIONS = 4


@dataclass(frozen=True)
class TrialRows:
    """The labeled rows of a trial, in random order."""

    rows: GroupedRows
    codes: RowIndices
    """The label of each row; labels in alphabetic order, so that siblings are seldom hidden together."""
    in_scope: NDArray[np.bool_]
    """Rows of the fallback are not: they share no topic."""
    penalty: Vectors
    """Of the coordinates of the rows."""


class TrialOutcome(NamedTuple):
    """The measures of rows whose label was known, and of rows whose label was hidden."""

    known: NoveltyMeasures
    known_rows: RowIndices
    """Their positions."""
    new: NoveltyMeasures
    new_codes: RowIndices
    """Their labels."""


def run_trial(given: TrialRows, *, companion_ratio: float) -> TrialOutcome | NotMeasured:
    """Measure held-out rows and rows of hidden labels, with so many companions per labeled row."""
    judged = _judged_labels(given)
    if len(judged) < MIN_LABELS:
        return NotMeasured(
            f"train has {len(judged)} labels with at least {MIN_GROUPS} groups of records, {MIN_LABELS} are needed"
        )
    fold = _folds(given.codes, given.rows.groups)
    hidden_in = np.full(int(given.codes.max()) + 1, -1)
    hidden_in[judged] = np.arange(len(judged)) % ROUNDS
    hidden = hidden_in[given.codes]
    rounds = [
        _round(given, fold == number, hidden, number, companion_ratio)
        for number in range(ROUNDS)
        if (hidden == number).any()
    ]
    known, new = rounds[0].known, rounds[0].new
    for one in rounds[1:]:
        known, new = known.joined(one.known), new.joined(one.new)
    rows = np.concatenate([one.known_rows for one in rounds])
    if len(rows) < MIN_KNOWN:
        return NotMeasured(f"train has {len(rows)} records to compare queries with, {MIN_KNOWN} are needed")
    return TrialOutcome(known, rows, new, np.concatenate([one.new_codes for one in rounds]))


def companion_count(ratio: float, labeled: int) -> int:
    """How many companions go with so many labeled rows."""
    return max(int(ratio * labeled), MIN_COMPANIONS)


def _round(
    given: TrialRows, held_out: NDArray[np.bool_], hidden: RowIndices, number: int, ratio: float
) -> TrialOutcome:
    """Held-out rows against all labels, as known traffic is; rows of the hidden labels among held-out companions."""
    is_hidden = hidden == number
    known, new = np.flatnonzero(held_out & (hidden >= 0)), np.flatnonzero(is_hidden)
    mixed = np.flatnonzero(is_hidden | (held_out & (hidden >= 0)))

    def measured(rows: RowIndices, taught: RowIndices, companions: RowIndices) -> NoveltyMeasures:
        return measure_novelty(
            given.rows.of(taught),
            given.codes[taught],
            given.rows.of(rows),
            given.rows.of(companions[: companion_count(ratio, len(taught))]),
            penalty=given.penalty,
        )

    known_scored, new_scored = known[: MAX_KNOWN // ROUNDS], new[: MAX_NEW // ROUNDS]
    return TrialOutcome(
        measured(known_scored, np.flatnonzero(~held_out), known),
        known_scored,
        measured(new_scored, np.flatnonzero(~held_out & ~is_hidden), mixed),
        given.codes[new_scored],
    )


def _judged_labels(given: TrialRows) -> RowIndices:
    """Labels in scope with enough groups."""
    pairs = np.unique(np.stack([given.codes, given.rows.groups], axis=1)[given.in_scope], axis=0)
    labels, groups = np.unique(pairs[:, 0], return_counts=True)
    return labels[groups >= MIN_GROUPS]


def _folds(codes: RowIndices, groups: RowIndices) -> RowIndices:
    """The fold of each row: the groups of a label are dealt out in turn, in the order of their first row."""
    _, first, number = np.unique(groups, return_index=True, return_inverse=True)
    fold: RowIndices = rank_in_group(codes[first], first)[number] % ROUNDS
    return fold
