"""The class probabilities of a teacher on the train rows of a release, for the labels that a student knows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from winnow.training.evaluation.temperature import MIN_PROBABILITY
from winnow.training.predictions import Predictions


def in_order(predictions: Predictions, classes: Sequence[str]) -> Predictions:
    """The probabilities of some classes, in their order; those of other classes are distributed over them."""
    columns = [predictions.classes.index(one) for one in classes]
    chosen = np.maximum(predictions.probabilities[:, columns], MIN_PROBABILITY)
    return Predictions(list(classes), chosen / chosen.sum(axis=1, keepdims=True))
