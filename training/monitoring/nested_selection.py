"""The answers of the best of several runs, each row answered by the run that is best on the other rows.

A run that was chosen because it is the best of several on validation has been lucky there: its accuracy on the same
rows is too high, the more so the more runs there were. Here no row helps to choose the run that answers it. The result
is the accuracy of choosing in this way (nested cross-validation: Varma and Simon 2006, "Bias in error estimation when
using cross-validation for model selection").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from winnow.core.hashing import keyed_hash
from winnow.training.evaluation.stored_results import PredictedRows

FOLDS = 10
"""Parts of the rows: the run that answers one of them was chosen on nine tenths of the rows."""


def nested_rows(candidates: Sequence[PredictedRows], *, record_of: Callable[[str], str] = str) -> PredictedRows:
    """Each row that all candidates answered, by the candidate with the most right answers in the other folds.

    Rows are given by key; all rows of one record (`record_of`) are in one fold. Among equally good candidates, the
    last one answers. Rows whose gold label is not the same for all candidates are left out. Pure.
    """
    common = set.intersection(*({*one} for one in candidates))
    shared = sorted(key for key in common if len({one[key].gold for one in candidates}) == 1)
    fold_of = {key: keyed_hash("nested", record_of(key)) % FOLDS for key in shared}
    right = [[0] * FOLDS for _ in candidates]
    for own, candidate in zip(right, candidates, strict=True):
        for key in shared:
            own[fold_of[key]] += candidate[key].gold == candidate[key].predicted
    best = [max(range(len(candidates)), key=lambda i: (sum(right[i]) - right[i][fold], i)) for fold in range(FOLDS)]
    return {key: candidates[best[fold_of[key]]][key] for key in shared}
