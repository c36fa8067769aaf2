"""Confused pairs of a run: what to label first, and train records that may belong to the other label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from winnow.curation.annotations.feedback_facts import read_feedback
from winnow.curation.annotations.label_errors import SuspectedLabelError
from winnow.curation.annotations.nearest_of_label import NearestOfLabel
from winnow.curation.annotations.out_of_fold import (
    FAST_FIT_TOLERANCE,
    FOLDS,
    assign_folds,
    out_of_fold_probabilities,
)
from winnow.curation.engine.vectors import Vectors

BELIEF_FLOOR = 0.01
"""Added to both probabilities before the odds are taken: a ratio of two negligible numbers is no evidence."""

FOLD_REPEATS = 2
"""Divisions of the groups into folds, over which probabilities are averaged."""


@dataclass(frozen=True)
class ConfusedPairs:
    """Confused pairs of one run."""

    run: str
    pairs: Mapping[tuple[str, str], float]
    """Expected hold-out errors between two labels."""

    def within(self, labels: Sequence[str]) -> ConfusedPairs:
        """Only the pairs of these labels: others have been renamed or removed since."""
        known = set(labels)
        return ConfusedPairs(self.run, {pair: errors for pair, errors in self.pairs.items() if known.issuperset(pair)})


@dataclass(frozen=True)
class PairLabelErrors:
    """Train records that may belong to the other label of a confused pair."""

    ranked: list[SuspectedLabelError]
    """Records more likely of the other label, most valuable first; `score` is the logarithm of the odds, above 0."""
    wrong: int
    """Estimated number of wrong labels in the pairs."""


def read_confused_pairs(path: Path) -> ConfusedPairs:
    """The confused pairs of the last feedback. Raises WinnowError when there is none."""
    feedback = read_feedback(path)
    return ConfusedPairs(feedback.run, {pair.labels: pair.expected_errors for pair in feedback.pairs})


def labeling_value(
    probabilities: NDArray[np.float32], classes: Sequence[str], rows: Mapping[str, int], confused: ConfusedPairs
) -> NDArray[np.float64]:
    """The value of labeling each query for the confused pairs, from (n, classes) probabilities; shape (n,), 0 to 1.

    The probability that its label is in a confused pair, times its margin uncertainty. `rows` counts the labeled rows
    of each class. Probabilities are divided by these counts first: otherwise a class with few rows would be predicted
    rarely, and the rows it lacks would not be found (Saerens, Latinne and Decaestecker 2002, Adjusting the Outputs of a
    Classifier to New a Priori Probabilities).
    """
    reweighted = probabilities / np.array([max(rows.get(name, 1), 1) for name in classes])
    reweighted /= reweighted.sum(axis=1, keepdims=True)
    inside = np.isin(list(classes), sorted({label for pair in confused.pairs for label in pair}))
    if len(classes) < 2:
        return np.ones(len(reweighted))
    top = np.partition(reweighted, -2, axis=1)
    found: NDArray[np.float64] = (1.0 - (top[:, -1] - top[:, -2])) * reweighted[:, inside].sum(axis=1)
    return found


def label_errors_between(
    vectors: Vectors, labels: Sequence[str], groups: Sequence[str], confused: ConfusedPairs
) -> PairLabelErrors:
    """Train records of (n, d) unit vectors whose label may be the other one of a confused pair.

    Only the odds between the two labels count, by probes that did not see the record's group: among labels with many
    rows, a label with few is never the most probable of all. The value of a response is the probability that the label
    is wrong, times the errors of the pair per row: a response matters more where rows are few.
    """
    count = Counter(labels)
    pairs = {pair: errors for pair, errors in confused.pairs.items() if all(count[label] for label in pair)}
    if not pairs or len(set(groups)) < FOLDS:
        return PairLabelErrors([], 0)
    folds = [assign_folds(labels, groups, repetition) for repetition in range(FOLD_REPEATS)]
    probabilities, classes = out_of_fold_probabilities(vectors, labels, folds, tolerance=FAST_FIT_TOLERANCE)
    given, column = np.array(labels), {name: i for i, name in enumerate(classes)}
    best: dict[int, _OtherLabel] = {}
    wrong: set[int] = set()
    for pair, errors in sorted(pairs.items()):
        weight = errors / (count[pair[0]] + count[pair[1]])
        for label, other in (pair, pair[::-1]):
            rows = np.flatnonzero(given == label)
            own, alternative = (probabilities[rows, column[name]] for name in (label, other))
            wrong |= set(
                rows[
                    (alternative > own)
                    & (alternative >= _mean_self_confidence(probabilities[:, column[other]], given == other))
                ].tolist()
            )
            for row, ratio in zip(
                rows.tolist(), ((alternative + BELIEF_FLOOR) / (own + BELIEF_FLOOR)).tolist(), strict=True
            ):
                one = _OtherLabel(weight * ratio / (1 + ratio), float(np.log(ratio)), other)
                if ratio > 1 and (row not in best or one.value > best[row].value):
                    best[row] = one
    near = NearestOfLabel(vectors, labels, groups)

    def suspected_error(row: int) -> SuspectedLabelError:
        label, alternative = str(given[row]), best[row]
        own, other = (float(probabilities[row, column[name]]) for name in (label, alternative.label))
        return SuspectedLabelError(
            row,
            alternative.odds,
            label,
            alternative.label,
            own,
            other,
            near.of(row, label),
            near.of(row, alternative.label),
        )

    ranked = sorted(best, key=lambda row: (-best[row].value, groups[row]))
    return PairLabelErrors([suspected_error(row) for row in ranked], len(wrong))


@dataclass(frozen=True)
class _OtherLabel:
    """The other label that a record may belong to."""

    value: float
    """The value of a response."""
    odds: float
    """Logarithm of the odds against the given label."""
    label: str


def _mean_self_confidence(probability: NDArray[np.float32], members: NDArray[np.bool_]) -> float:
    """A label's mean probability over its own records.

    A record of another label with at least this probability counts as wrongly labeled: the confident joint (Northcutt,
    Jiang and Chuang 2021, Confident Learning: Estimating Uncertainty in Dataset Labels).
    """
    return float(probability[members].mean())
