"""How many suspected records to read for most of the wrong labels: by what those of other records would score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from winnow.curation.annotations.label_doubt import LabelDoubt
from winnow.curation.annotations.out_of_fold import RowIndices
from winnow.curation.annotations.wrong_label_count import FOUND_SHARE
from winnow.validators.stats.quantiles import quantile

DRAWN = 20
"""Records that get the labels of one contradicted record."""


def read_first(doubt: LabelDoubt, scorable: NDArray[np.bool_], seed: int) -> int:
    """The number of scorable rows with a more probable label that score as most wrong labels would.

    Wrong labels are those of the sure rows whose labels the model contradicts. Each is given to random rows with the
    same prediction, sure or not.
    """
    contradicted = scorable & (doubt.predicted != doubt.codes)
    wrong = np.flatnonzero(contradicted & doubt.sure)
    if not len(wrong):
        return 0
    rows = _with_same_prediction(doubt, scorable, np.repeat(wrong, DRAWN), np.random.default_rng(seed))
    scores = doubt.score_if(rows, np.repeat(doubt.codes[wrong], DRAWN))
    return int((contradicted & (doubt.score >= quantile(scores, 1 - FOUND_SHARE))).sum())


def _with_same_prediction(
    doubt: LabelDoubt, scorable: NDArray[np.bool_], wrong: RowIndices, generator: np.random.Generator
) -> RowIndices:
    """For each of some scorable rows, a random scorable row with the same prediction."""
    rows = np.flatnonzero(scorable)
    rows = rows[np.argsort(doubt.predicted[rows], kind="stable")]
    size = np.bincount(doubt.predicted[rows], minlength=doubt.belief.pooled.shape[1])
    start, code = np.cumsum(size) - size, doubt.predicted[wrong]
    drawn: RowIndices = rows[start[code] + (generator.random(len(wrong)) * size[code]).astype(np.int64)]
    return drawn
