"""Calibration: whether a model that says 80 % gets 80 % right, and which temperature mends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.answers import Answers
from training.intervals import not_measured, proportion
from training.predictions import Predictions

CALIBRATION_BINS = 15
"""As in Guo et al. 2017, "On Calibration of Modern Neural Networks"."""
TEMPERATURES = (0.05, 20.0)
"""Between these a temperature is looked for."""
SMALLEST = 1e-12
"""Probabilities below are taken for this: the logarithm of nothing has no end."""
REPETITIONS = 500


def calibration(answers: Answers, correct: NDArray[np.bool_], fitted: dict[str, Any], *, seed: int) -> dict[str, Any]:
    """Reliability by confidence and the expected calibration error, before and after the temperature of `fitted`.

    `fitted` is what `fit_temperature` found on validation. `error_if_calibrated` is the error that a perfectly
    calibrated model with the same confidences would show on so many rows: mean, and the value that 95 % stay below.
    """
    if answers.confidence is None:
        return not_measured("the system tells no confidence")
    before = calibration_error(answers.confidence, correct)
    told = answers.predictions
    if told is None:
        after: Any = not_measured("the system tells no class probabilities")
    elif "value" not in fitted:
        after = fitted
    else:
        after = calibration_error(at_temperature(told, fitted["value"]).confidence, correct)
    return {
        "bins": reliability(answers.confidence, correct),
        "error": before,
        "error_if_calibrated": error_if_calibrated(answers.confidence, seed=seed),
        "temperature": fitted,
        "error_after_temperature": after,
    }


def calibration_error(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Expected calibration error: mean gap between confidence and accuracy over equal-width bins, weighted by rows."""
    if not len(confidence):
        return 0.0
    bins = _bins(confidence)
    gaps = np.bincount(bins, weights=confidence - correct, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def reliability(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Rows, mean confidence and accuracy of every bin that holds a row."""
    bins = _bins(confidence)
    return [
        {
            "from": int(b) / CALIBRATION_BINS,
            "to": (int(b) + 1) / CALIBRATION_BINS,
            "confidence": float(confidence[bins == b].mean()),
            "accuracy": proportion(int(correct[bins == b].sum()), int((bins == b).sum())).json(),
        }
        for b in np.unique(bins)
    ]


def error_if_calibrated(confidence: NDArray[np.float64], *, seed: int) -> dict[str, float]:
    """The calibration error by chance alone: each row is right with the probability that its confidence says.

    Consistency resampling (Bröcker and Smith 2007, "Increasing the Reliability of Reliability Diagrams").
    """
    generator = np.random.default_rng(seed)
    errors = [calibration_error(confidence, generator.random(len(confidence)) < confidence) for _ in range(REPETITIONS)]
    return {"mean": float(np.mean(errors)), "high": float(np.quantile(errors, 0.95))}


def fit_temperature(told: Predictions | None, gold: Sequence[str]) -> dict[str, Any]:
    """The temperature that makes the gold labels of validation likeliest (Guo et al. 2017).

    Rows whose label is none of the model's classes have no say. Not measured where there is nothing to fit.
    """
    if told is None:
        return not_measured("the system tells no class probabilities")
    place = {label: i for i, label in enumerate(told.classes)}
    rows = np.array([i for i, label in enumerate(gold) if label in place], dtype=np.int64)
    truth = np.array([place[gold[i]] for i in rows], dtype=np.int64)
    if not len(rows):
        return not_measured("no validation row")
    logits = np.log(np.maximum(told.probabilities[rows], SMALLEST))
    if (logits.argmax(axis=1) == truth).all():
        return not_measured("every validation row is right: nothing to fit a temperature on")
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -float(scaled[np.arange(len(rows)), truth].mean())

    found = minimize_scalar(loss, bounds=np.log(TEMPERATURES), method="bounded")
    return {"value": float(np.exp(found.x)), "rows": len(rows)}


def at_temperature(told: Predictions, temperature: float) -> Predictions:
    """Probabilities sharpened (below 1) or softened (above 1); the likeliest label stays."""
    from scipy.special import softmax

    logits = np.log(np.maximum(told.probabilities, SMALLEST))
    return Predictions(told.classes, softmax(logits / temperature, axis=1))


def _bins(confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.minimum((confidence * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
