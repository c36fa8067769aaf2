"""Temperature scaling: fit on validation, apply to predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from winnow.core.result import not_measured
from winnow.training.predictions import Predictions

TEMPERATURE_BOUNDS = (0.05, 20.0)
"""Between these a temperature is looked for."""


MIN_PROBABILITY = 1e-12
"""Probabilities below are taken for this: the logarithm of nothing has no end."""


def fit_temperature(predictions: Predictions | None, gold: Sequence[str]) -> dict[str, Any]:
    """The temperature that makes the gold labels of validation likeliest (Guo et al. 2017).

    Rows whose label is none of the model's classes have no say. Not measured where there is nothing to fit.
    """
    if predictions is None:
        return not_measured("the system tells no class probabilities")
    place = {label: i for i, label in enumerate(predictions.classes)}
    rows = np.array([i for i, label in enumerate(gold) if label in place], dtype=np.int64)
    truth = np.array([place[gold[i]] for i in rows], dtype=np.int64)
    if not len(rows):
        return not_measured("no validation row")
    logits = np.log(np.maximum(predictions.probabilities[rows], MIN_PROBABILITY))
    if (logits.argmax(axis=1) == truth).all():
        return not_measured("every validation row is right: nothing to fit a temperature on")
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -float(scaled[np.arange(len(rows)), truth].mean())

    found = minimize_scalar(loss, bounds=np.log(TEMPERATURE_BOUNDS), method="bounded")
    return {"value": float(np.exp(found.x)), "rows": len(rows)}


def apply_temperature(predictions: Predictions, temperature: float) -> Predictions:
    """Probabilities sharpened (below 1) or softened (above 1); the likeliest label stays."""
    from scipy.special import softmax

    logits = np.log(np.maximum(predictions.probabilities, MIN_PROBABILITY))
    return Predictions(predictions.classes, softmax(logits / temperature, axis=1))
