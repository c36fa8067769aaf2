"""What probes that did not see a record believe about its label: two penalties, weighted by what they predict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.curation.annotations.out_of_fold import RowIndices
from winnow.curation.annotations.quick_out_of_fold import QuickProbes
from winnow.curation.engine.linear_probe import INVERSE_PENALTY
from winnow.curation.engine.quick_probe import probe_rows
from winnow.curation.engine.vectors import Vectors

STRONG_INVERSE_PENALTY = 1.0
"""A tenth of the linear probe's: such a probe cannot fit single wrong labels, but needs more records of each label."""

FIRST_STEPS = 10
"""Steps of each fit in the first round (docs/decisions/0073-label-errors-in-check.md)."""

FURTHER_STEPS = 5
"""Steps in the second round, from where the first one stopped."""

STRONG_STEPS = (8, 4)
"""The same with the stronger penalty: its fits take fewer steps."""

WEIGHT_STEPS = 50
"""Steps of expectation maximization for one weight between 0 and 1."""


class Belief(NamedTuple):
    """Out-of-fold probabilities, each (n, labels)."""

    pooled: Vectors
    """Of both penalties, weighted so that the given labels are as probable as possible."""
    cautious: Vectors
    """The mean of the pooled ones and those with the stronger penalty."""


@dataclass(frozen=True)
class PenaltyPair:
    """Probes with the penalty of the linear probe and with a stronger one, on the same folds."""

    codes: RowIndices
    """The label of every row."""
    weak: QuickProbes
    strong: QuickProbes

    @classmethod
    def on(cls, vectors: Vectors, codes: RowIndices, labels: int, folds: Sequence[RowIndices]) -> PenaltyPair:
        """Probes that have not been fitted yet."""
        weak, strong = (
            QuickProbes(probe_rows(vectors, labels, inverse_penalty=penalty), codes, labels, folds)
            for penalty in (INVERSE_PENALTY, STRONG_INVERSE_PENALTY)
        )
        return cls(codes, weak, strong)

    def first_round(self) -> tuple[Vectors, Vectors]:
        """The probabilities of both after fits on all rows."""
        everything = np.ones(len(self.codes), dtype=bool)
        return (
            self.weak.probabilities(everything, FIRST_STEPS),
            self.strong.probabilities(everything, STRONG_STEPS[0]),
        )

    def second_round(self, training_mask: NDArray[np.bool_]) -> tuple[Vectors, Vectors]:
        """The same after further steps on some rows."""
        return (
            self.weak.probabilities(training_mask, FURTHER_STEPS),
            self.strong.probabilities(training_mask, STRONG_STEPS[1]),
        )


def pooled_belief(weak: Vectors, strong: Vectors, codes: RowIndices) -> Belief:
    """Both, weighted by expectation maximization over the given labels: with few rows a label, `strong` underfits."""
    row = np.arange(len(codes))
    one, other = (found[row, codes].astype(np.float64) + 1e-9 for found in (weak, strong))
    share = 0.5
    for _ in range(WEIGHT_STEPS):
        share = float(np.mean(share * one / (share * one + (1 - share) * other)))
    pooled: Vectors = np.float32(share) * weak + np.float32(1 - share) * strong
    return Belief(pooled, (pooled + strong) / np.float32(2))
