"""A model's predictions for texts: labels, confidence and class probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

NO_CONFIDENCE = "the system reports no confidence"
NO_PROBABILITIES = "the system reports no class probabilities"


@dataclass(frozen=True)
class Predictions:
    """Class probabilities of texts, in the order of the texts."""

    classes: list[str]
    probabilities: NDArray[np.float64]
    """Shape (texts, classes); a row sums to 1."""
    reasons: Sequence[str] = ()
    """The model's explanation of each label; empty for a method that gives none."""
    not_answered: Mapping[str, int] = field(default_factory=dict)
    """Number of texts without a readable answer, by reason; they get the fallback label, or an arbitrary one."""

    @property
    def labels(self) -> list[str]:
        """The most likely label of every text; the first one on ties."""
        return [self.classes[i] for i in self.probabilities.argmax(axis=1)] if len(self.probabilities) else []

    @property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of the most likely label."""
        best: NDArray[np.float64] = self.probabilities.max(axis=1, initial=0.0)
        return best


@dataclass(frozen=True)
class ModelOutput:
    """What a model or an imported system outputs for texts, in the order of the texts."""

    labels: list[str]
    confidence: NDArray[np.float64] | None = None
    """Confidence in each label, 0 to 1; None when the system does not report it."""
    predictions: Predictions | None = None
    """Probabilities of every class; None when the system does not report them."""

    def take(self, rows: Sequence[int]) -> ModelOutput:
        """The output for some of the rows."""
        index = list(rows)
        predictions = self.predictions
        return ModelOutput(
            [self.labels[i] for i in index],
            None if self.confidence is None else self.confidence[index],
            None if predictions is None else Predictions(predictions.classes, predictions.probabilities[index]),
        )
