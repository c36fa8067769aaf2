"""What a model predicts for texts: labels, confidence and class probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Predictions:
    """Class probabilities of texts, in their order."""

    classes: list[str]
    probabilities: NDArray[np.float64]
    """Shape (texts, classes); a row sums to 1."""
    reasons: Sequence[str] = ()
    """Why each text got its label, in the model's own words; empty for a method that gives none."""
    not_answered: Mapping[str, int] = field(default_factory=dict)
    """Texts that the model gave no readable answer for, by why; their label is the fallback's, or arbitrary."""

    @property
    def labels(self) -> list[str]:
        """Every text's likeliest label; of equally likely ones the first."""
        return [self.classes[i] for i in self.probabilities.argmax(axis=1)] if len(self.probabilities) else []

    @property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of the likeliest label."""
        best: NDArray[np.float64] = self.probabilities.max(axis=1, initial=0.0)
        return best


@dataclass(frozen=True)
class ModelOutput:
    """Answers to texts, in their order."""

    labels: list[str]
    confidence: NDArray[np.float64] | None = None
    """Of each answer, 0 to 1; None where the system tells none."""
    predictions: Predictions | None = None
    """Probabilities of every class; None where the system tells none."""

    def take(self, rows: Sequence[int]) -> ModelOutput:
        """The answers of some rows."""
        index = list(rows)
        predictions = self.predictions
        return ModelOutput(
            [self.labels[i] for i in index],
            None if self.confidence is None else self.confidence[index],
            None if predictions is None else Predictions(predictions.classes, predictions.probabilities[index]),
        )
