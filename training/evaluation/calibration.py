"""Expected calibration error and reliability bins, before and after temperature scaling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import NotMeasured
from winnow.training.evaluation.confidence_facts import Calibration, ErrorIfCalibrated, FittedValue, ReliabilityBin
from winnow.training.evaluation.temperature import apply_temperature
from winnow.training.predictions import NO_CONFIDENCE, NO_PROBABILITIES, ModelOutput
from winnow.validators.stats.intervals import measured_proportion
from winnow.validators.stats.quantiles import quantile

CALIBRATION_BINS = 15
"""As in Guo et al. 2017, "On Calibration of Modern Neural Networks"."""

RESAMPLES = 500


def measure_calibration(
    output: ModelOutput, correct: NDArray[np.bool_], fitted: FittedValue | NotMeasured, *, seed: int
) -> Calibration | NotMeasured:
    """Reliability bins and the expected calibration error, before and after temperature scaling.

    `fitted` is the result of `fit_temperature` on validation. `error_if_calibrated` is the error that a perfectly
    calibrated model with the same confidences would have on as many rows: the mean and the 95 % quantile.
    """
    if output.confidence is None:
        return NotMeasured(NO_CONFIDENCE)
    return Calibration(
        bins=reliability_bins(output.confidence, correct),
        error=calibration_error(output.confidence, correct),
        error_if_calibrated=error_if_calibrated(output.confidence, seed=seed),
        temperature=fitted,
        error_after_temperature=_error_after_temperature(output, correct, fitted),
    )


def _error_after_temperature(
    output: ModelOutput, correct: NDArray[np.bool_], fitted: FittedValue | NotMeasured
) -> float | NotMeasured:
    if output.predictions is None:
        return NotMeasured(NO_PROBABILITIES)
    if isinstance(fitted, NotMeasured):
        return fitted
    return calibration_error(apply_temperature(output.predictions, fitted.value).confidence, correct)


def calibration_error(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Expected calibration error: mean gap between confidence and accuracy over equal-width bins, weighted by rows."""
    if not len(confidence):
        return 0.0
    bins = _bins(confidence)
    gaps = np.bincount(bins, weights=confidence - correct, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def reliability_bins(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> list[ReliabilityBin]:
    """Mean confidence and accuracy of every bin that is not empty."""
    bins = _bins(confidence)
    return [
        ReliabilityBin(
            from_=int(b) / CALIBRATION_BINS,
            to=(int(b) + 1) / CALIBRATION_BINS,
            confidence=float(confidence[bins == b].mean()),
            accuracy=measured_proportion(int(correct[bins == b].sum()), int((bins == b).sum())),
        )
        for b in np.unique(bins)
    ]


def error_if_calibrated(confidence: NDArray[np.float64], *, seed: int) -> ErrorIfCalibrated:
    """The calibration error due to chance alone: each row is correct with a probability equal to its confidence.

    Consistency resampling (Bröcker and Smith 2007, "Increasing the Reliability of Reliability Diagrams").
    """
    generator = np.random.default_rng(seed)
    errors = [calibration_error(confidence, generator.random(len(confidence)) < confidence) for _ in range(RESAMPLES)]
    return ErrorIfCalibrated(mean=float(np.mean(errors)), high=quantile(errors, 0.95))


def _bins(confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.minimum((confidence * CALIBRATION_BINS).astype(np.int64), CALIBRATION_BINS - 1)
