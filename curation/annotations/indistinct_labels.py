"""Labels that a model cannot tell apart: one label with two names, or records that were copied under two labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from winnow.curation.annotations.label_doubt import LabelDoubt
from winnow.validators.stats.intervals import wilson_bounds

MIXED_SHARE = 1 / 3
"""Two labels are not told apart where so many of the records predicted as either have the other one, and half of them,
which is chance, cannot be ruled out."""

CHANCE = 0.5

LabelPairs = tuple[tuple[str, str], ...]


def find_indistinct_labels(doubt: LabelDoubt, names: Sequence[str]) -> LabelPairs:
    """Pairs of labels between which the predictions are as good as chance.

    `doubt` must be that of a first round. In a second one, the given label of a record has changed which of its
    neighbors were left out, so that the prediction agrees with it more often than it should.
    """
    found = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(found, (doubt.predicted, doubt.codes), 1)
    swapped = np.triu(found + found.T, 1)
    kept = found.diagonal()[:, None] + found.diagonal()[None, :]
    candidates = np.argwhere((swapped > 0) & (swapped >= MIXED_SHARE * (swapped + kept)))
    return tuple(
        (names[one], names[other])
        for one, other in candidates.tolist()
        if _may_be_chance(int(swapped[one, other]), int(kept[one, other]))
    )


def _may_be_chance(swapped: int, kept: int) -> bool:
    return wilson_bounds(swapped / (swapped + kept), swapped + kept)[1] >= CHANCE
