"""Temperature scaling: fit on validation, apply to predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from winnow.core.result import NotMeasured
from winnow.training.evaluation.confidence_facts import FittedValue
from winnow.training.predictions import NO_PROBABILITIES, ModelOutput, Predictions

TEMPERATURE_BOUNDS = (0.05, 20.0)
"""The search interval for the temperature."""

MIN_PROBABILITY = 1e-12
"""Smaller probabilities are clipped to this, because the logarithm of 0 is infinite."""


def fit_temperature(predictions: Predictions | None, gold: Sequence[str]) -> FittedValue | NotMeasured:
    """The temperature that maximizes the likelihood of the gold labels of validation (Guo et al. 2017).

    Rows whose label is not one of the model's classes are ignored.
    """
    if predictions is None:
        return NotMeasured(NO_PROBABILITIES)
    index = {label: i for i, label in enumerate(predictions.classes)}
    rows = np.array([i for i, label in enumerate(gold) if label in index], dtype=np.int64)
    truth = np.array([index[gold[i]] for i in rows], dtype=np.int64)
    if not len(rows):
        return NotMeasured("there are no validation rows")
    logits = np.log(np.maximum(predictions.probabilities[rows], MIN_PROBABILITY))
    if (logits.argmax(axis=1) == truth).all():
        return NotMeasured("every validation row is predicted correctly, so no temperature can be fitted")
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -float(scaled[np.arange(len(rows)), truth].mean())

    found = minimize_scalar(loss, bounds=np.log(TEMPERATURE_BOUNDS), method="bounded")
    return FittedValue(value=float(np.exp(found.x)), rows=len(rows))


def apply_temperature(predictions: Predictions, temperature: float) -> Predictions:
    """Probabilities sharpened (below 1) or softened (above 1); the most likely label does not change."""
    from scipy.special import softmax

    logits = np.log(np.maximum(predictions.probabilities, MIN_PROBABILITY))
    scaled = softmax(logits / temperature, axis=1)
    return Predictions(predictions.classes, scaled, predictions.reasons, predictions.not_answered)


def calibrated(output: ModelOutput, fitted: FittedValue | NotMeasured) -> ModelOutput:
    """The output with calibrated probabilities and confidence; as it is where no temperature is fitted."""
    if output.predictions is None or isinstance(fitted, NotMeasured):
        return output
    predictions = apply_temperature(output.predictions, fitted.value)
    return ModelOutput(output.labels, predictions.confidence, predictions)
