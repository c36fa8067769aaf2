"""What a run answered: labels, with confidence and class probabilities where its system tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.predictions import Predictions
from training.runs import Run

if TYPE_CHECKING:
    import pandas as pd

    from curation.embed import Progress

IMPORTED = "imported"
"""The method of a run whose predictions came from elsewhere."""


@dataclass(frozen=True)
class Answers:
    """Answers to texts, in their order."""

    labels: list[str]
    confidence: NDArray[np.float64] | None = None
    """Of each answer, 0 to 1; None where the system tells none."""
    predictions: Predictions | None = None
    """Probabilities of every class; None where the system tells none."""

    def take(self, rows: Sequence[int]) -> Answers:
        """The answers of some rows."""
        index = list(rows)
        told = self.predictions
        return Answers(
            [self.labels[i] for i in index],
            None if self.confidence is None else self.confidence[index],
            None if told is None else Predictions(told.classes, told.probabilities[index]),
        )


def answers_to(
    run: Run, rows: pd.DataFrame, *, vectors_cache: Path | None = None, progress: Progress | None = None
) -> Answers:
    """A run's answers to rows with `id` and `text`: predicted now, or as they were imported.

    Raises WinnowError when an imported run has none for some of them.
    """
    if run.facts["method"] == IMPORTED:
        from training.imported import imported_answers

        return imported_answers(run, list(rows["id"]))
    from training.methods import predict

    told = predict(run, list(rows["text"]), vectors_cache=vectors_cache, progress=progress)
    return Answers(told.labels, told.confidence, told)
