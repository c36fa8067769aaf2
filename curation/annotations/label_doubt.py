"""How doubtful each label is, whatever the structure of the noise: random errors, and errors between similar labels.

Where wrong labels are any labels, the probability of the given label orders records best. Where they are those of
similar labels, its distance to the most probable other label does. Which of both a data set has shows among the records
that the model is surest of: it is the share of contradicted labels there that are the model's second choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from winnow.curation.annotations.out_of_fold import RowIndices
from winnow.curation.annotations.pooled_belief import Belief
from winnow.curation.engine.group_ranks import rank_in_group
from winnow.curation.engine.vectors import Vectors

SURE_SHARE = 0.5
"""Of the records predicted as a label, those that the model is surest of."""

SIMILAR_LABELS = 0.65
"""Share of second choices at which both scores weigh the same. With random errors it is below 0.6, with errors between
similar labels above it on most sets (docs/decisions/0079-how-many-labels-are-wrong.md)."""

STEEPNESS = 4
"""How fast the weight changes with the logarithm of the odds of that share."""

Doubt = NDArray[np.float64]


@dataclass(frozen=True)
class LabelDoubt:
    """The belief in the labels of n rows, and what follows from it about their given labels."""

    belief: Belief
    codes: RowIndices
    """The given labels."""

    @cached_property
    def predicted(self) -> RowIndices:
        """The most probable label of every row."""
        found: RowIndices = self.belief.pooled.argmax(axis=1)
        return found

    @cached_property
    def best_other(self) -> RowIndices:
        """The most probable label but the given one."""
        found: RowIndices = _without_given(self.belief.pooled, self.codes).argmax(axis=1)
        return found

    @cached_property
    def sure(self) -> NDArray[np.bool_]:
        """The rows that the model is surest of, among those that it predicts as the same label."""
        return surest(self.predicted, self.belief.pooled.max(axis=1))

    @cached_property
    def second_choices(self) -> float:
        """The share of contradicted labels among sure rows that are the model's second choice; half without any."""
        rows = np.flatnonzero(self.sure & (self.predicted != self.codes))
        if not len(rows):
            return 0.5
        found = self.belief.pooled[rows]
        more_probable = (found > found[np.arange(len(rows)), self.codes[rows], None]).sum(axis=1)
        return float((more_probable == 1).mean())

    @cached_property
    def similar_weight(self) -> float:
        """The weight of errors between similar labels, 0 to 1."""
        share = np.clip(self.second_choices, 0.02, 0.98)
        odds = np.log(share / (1 - share)) - np.log(SIMILAR_LABELS / (1 - SIMILAR_LABELS))
        return float(1 / (1 + np.exp(-STEEPNESS * odds)))

    @cached_property
    def improbable(self) -> Vectors:
        """How improbable the given label is."""
        given: Vectors = -self.belief.pooled[np.arange(len(self.codes)), self.codes]
        return given

    @cached_property
    def contradicted(self) -> Vectors:
        """By how much another label is more probable."""
        row, found = np.arange(len(self.codes)), self.belief.cautious
        margin: Vectors = _without_given(found, self.codes).max(axis=1) - found[row, self.codes]
        return margin

    @cached_property
    def score(self) -> Doubt:
        """Of every row: minus the logarithm of the share of rows that are at least as doubtful, by both measures."""
        return self._weighted(_rarity(self.improbable), _rarity(self.contradicted))

    def score_if(self, rows: RowIndices, labels: RowIndices) -> Doubt:
        """What rows would score with other labels than the given ones."""
        pooled, cautious = self.belief.pooled[rows], self.belief.cautious[rows]
        number = np.arange(len(rows))
        margin = _without_given(cautious, labels).max(axis=1) - cautious[number, labels]
        return self._weighted(
            _rarity_among(self.improbable, -pooled[number, labels]), _rarity_among(self.contradicted, margin)
        )

    def _weighted(self, random: Doubt, similar: Doubt) -> Doubt:
        return (1 - self.similar_weight) * random + self.similar_weight * similar


def surest(predicted: RowIndices, probability: Vectors, share: float = SURE_SHARE) -> NDArray[np.bool_]:
    """A share of the rows of each predicted label, those with the highest probabilities; rounded up."""
    size = np.bincount(predicted)[predicted]
    first: NDArray[np.bool_] = rank_in_group(predicted, -probability) < np.ceil(share * size)
    return first


def _without_given(found: Vectors, codes: RowIndices) -> Vectors:
    others = found.copy()
    others[np.arange(len(codes)), codes] = -np.inf
    return others


def _rarity(values: Vectors) -> Doubt:
    """Minus the logarithm of the share of rows with at least this value; of equal ones, the first is the rarer."""
    place = np.empty(len(values), dtype=np.int64)
    place[np.argsort(-values, kind="stable")] = np.arange(len(values))
    return -np.log((place + 0.5) / len(values))


def _rarity_among(values: Vectors, others: Vectors) -> Doubt:
    """The same of other values, had they been among these."""
    above = len(values) - np.searchsorted(np.sort(values), others, side="left")
    return -np.log((above + 0.5) / (len(values) + 1))
