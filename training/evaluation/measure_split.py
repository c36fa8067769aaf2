"""Every measure of one split, from rows and predictions. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import NotMeasured
from winnow.training.evaluation.calibration import measure_calibration
from winnow.training.evaluation.confidence_facts import FittedParameters
from winnow.training.evaluation.evaluation_facts import SplitMeasures
from winnow.training.evaluation.metrics import headline_metrics, metrics_by_route
from winnow.training.evaluation.out_of_scope import measure_out_of_scope
from winnow.training.evaluation.selective_prediction import measure_selective_prediction
from winnow.training.evaluation.slices import accuracy_by_similarity, measure_slices
from winnow.training.evaluation.temperature import calibrated
from winnow.training.predictions import ModelOutput

if TYPE_CHECKING:
    import pandas as pd


def measure_split(
    rows: pd.DataFrame,
    output: ModelOutput,
    similarity: NDArray[np.float32],
    *,
    labels: Sequence[str],
    fallback: str | None,
    routes: Mapping[str, str | None],
    fitted: FittedParameters,
    seed: int,
) -> SplitMeasures:
    """Every measure of one split. Shares are 0 to 1; intervals are 95 %. Pure. `rows` has the release columns."""
    gold = list(rows["label"])
    correct = np.array([g == p for g, p in zip(gold, output.labels, strict=True)], dtype=bool)
    calibration = measure_calibration(output, correct, fitted.temperature, seed=seed)
    return SplitMeasures(
        **dict(headline_metrics(gold, output.labels, labels=labels, fallback=fallback, seed=seed)),
        routes=metrics_by_route(gold, output.labels, routes),
        out_of_scope=measure_out_of_scope(output, gold, fitted.out_of_scope_thresholds, fallback=fallback),
        calibration_error=calibration if isinstance(calibration, NotMeasured) else calibration.error,
        calibration=calibration,
        selective=measure_selective_prediction(
            calibrated(output, fitted.temperature), gold, fitted.fallback_threshold, fallback=fallback
        ),
        by_similarity_to_train=accuracy_by_similarity(similarity, correct),
        slices=measure_slices(rows, similarity, correct),
    )
