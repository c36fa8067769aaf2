"""Quantiles of measured values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def quantile(values: Sequence[float] | NDArray[np.floating[Any]], share: float) -> float:
    """The value that the share `share` of the values, 0 to 1, does not exceed; NaN without values.

    Linear between two values: definition 7 of Hyndman and Fan (1996), "Sample Quantiles in Statistical Packages".
    """
    return float(np.quantile(values, share)) if len(values) else float("nan")


def percentile_bounds(resampled: NDArray[np.float64], *, confidence: float) -> tuple[float, float]:
    """Ends of the percentile bootstrap interval (Efron and Tibshirani 1993); resamples that are NaN do not count."""
    defined = resampled[~np.isnan(resampled)]
    tail = (1 - confidence) / 2
    return quantile(defined, tail), quantile(defined, 1 - tail)
