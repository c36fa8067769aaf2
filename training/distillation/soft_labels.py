"""The class probabilities of a teacher on the train rows of a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winnow.training.predictions import Predictions

SMALLEST = 1e-12
"""Probabilities below are raised to it before their logarithm is taken."""


@dataclass(frozen=True)
class SoftLabels:
    """What a teacher says about texts."""

    classes: list[str]
    probabilities: NDArray[np.float64]
    """Shape (texts, classes), as the teacher states them; a row sums to 1."""

    def at_temperature(self, temperature: float) -> NDArray[np.float64]:
        """The probabilities that the teacher's logits give when they are divided by `temperature`.

        Above 1, the labels that the teacher thinks less likely get more of the sum.
        """
        logits = np.log(np.maximum(self.probabilities, SMALLEST)) / temperature
        raised: NDArray[np.float64] = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
        return shares

    def agreement(self, labels: Sequence[str]) -> float:
        """The share of texts whose label the teacher thinks most likely, 0 to 1."""
        likeliest = [self.classes[i] for i in self.probabilities.argmax(axis=1)]
        return float(np.mean([one == label for one, label in zip(likeliest, labels, strict=True)]))


def in_order(predictions: Predictions | SoftLabels, classes: Sequence[str]) -> SoftLabels:
    """The probabilities of some classes, in their order; those of other classes are distributed over them."""
    columns = [predictions.classes.index(one) for one in classes]
    chosen = np.maximum(predictions.probabilities[:, columns], SMALLEST)
    return SoftLabels(list(classes), chosen / chosen.sum(axis=1, keepdims=True))
