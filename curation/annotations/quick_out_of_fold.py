"""Out-of-fold probabilities of probes after a few steps, which can be continued on fewer rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from winnow.curation.annotations.out_of_fold import RowIndices
from winnow.curation.engine.quick_probe import ProbeRows, class_probabilities, fit_steps
from winnow.curation.engine.vectors import Vectors


@dataclass
class QuickProbes:
    """One probe for each fold of each division of the rows: it never sees the rows of that fold."""

    rows: ProbeRows
    codes: RowIndices
    """The label of every row."""
    labels: int
    folds: Sequence[RowIndices]
    """The divisions: the fold of every row in each of them."""
    _weights: dict[tuple[int, int], Vectors] = field(default_factory=dict)
    """Of each probe, by division and fold."""

    def probabilities(self, training_mask: NDArray[np.bool_], steps: int) -> Vectors:
        """Probabilities, shape (n, labels), after so many further steps on the rows in `training_mask`.

        Each probe goes on where it stopped; they run in parallel with one thread each.
        """
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        total = np.zeros((len(self.codes), self.labels), dtype=np.float32)
        probes = [(division, fold) for division, one in enumerate(self.folds) for fold in np.unique(one).tolist()]
        with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
            for inside, predicted in pool.map(lambda probe: self._fitted(probe, training_mask, steps), probes):
                total[inside] += predicted
        return total / np.float32(len(self.folds))

    def _fitted(
        self, probe: tuple[int, int], training_mask: NDArray[np.bool_], steps: int
    ) -> tuple[NDArray[np.bool_], Vectors]:
        """The rows of a fold, and what its probe finds for them."""
        division, fold = probe
        inside = self.folds[division] == fold
        seen = ~inside & training_mask
        start = self._weights.get(probe)
        if start is None:
            start = np.zeros((self.rows.design.shape[1], self.labels), dtype=np.float32)
        rows = self.rows._replace(design=self.rows.design[seen])
        self._weights[probe] = fit_steps(rows, self.codes[seen], start, steps)
        return inside, class_probabilities(self.rows.design[inside], self._weights[probe])
