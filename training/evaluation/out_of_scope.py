"""How well a model detects out-of-scope queries: recall, precision and AUROC of its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import Measure, NotMeasured
from winnow.training.evaluation.confidence_facts import (
    FirstScoreMeasures,
    FittedValue,
    OutOfScope,
    ScoreAuroc,
    ScoreMeasures,
)
from winnow.training.predictions import NO_CONFIDENCE, ModelOutput
from winnow.validators.stats.auroc import auroc
from winnow.validators.stats.intervals import measured_proportion, proportion

IN_SCOPE_LOSS = 0.05
"""Share of in-scope rows that may go to the fallback (as in the comparison of systems by Larson et al. 2019)."""

Scores = Mapping[str, NDArray[np.float64]]
Thresholds = Mapping[str, FittedValue]


def scope_scores(output: ModelOutput, fallback: str) -> Scores:
    """Out-of-scope scores by name; a higher score means more likely out of scope.

    A system that only reports the confidence of its answer has `answer_confidence`: fallback answers score highest, the
    most confident first, followed by the others, the least confident first.
    """
    predictions = output.predictions
    if predictions is not None:
        inside = np.array([label != fallback for label in predictions.classes], dtype=bool)
        scores = {"max_probability": 1.0 - predictions.probabilities[:, inside].max(axis=1, initial=0.0)}
        if not inside.all():
            scores["fallback_probability"] = predictions.probabilities[:, ~inside].sum(axis=1)
        return scores
    if output.confidence is None:
        return {}
    sent_to_fallback = np.array([label == fallback for label in output.labels], dtype=bool)
    return {"answer_confidence": np.where(sent_to_fallback, 1.0 + output.confidence, 1.0 - output.confidence)}


def fit_scope_thresholds(
    output: ModelOutput, gold: Sequence[str], *, fallback: str | None
) -> dict[str, FittedValue] | NotMeasured:
    """For each score, the threshold that at most IN_SCOPE_LOSS of the in-scope validation rows exceed."""
    if fallback is None:
        return NotMeasured("the task has no fallback label")
    inside = np.array([label != fallback for label in gold], dtype=bool)
    scores = scope_scores(output, fallback)
    if not scores:
        return NotMeasured(NO_CONFIDENCE)
    if not inside.any():
        return NotMeasured("no validation rows are in scope")
    allowed = int(IN_SCOPE_LOSS * int(inside.sum()))
    return {
        name: FittedValue(value=float(np.sort(score[inside])[::-1][allowed]), rows=int(inside.sum()))
        for name, score in scores.items()
    }


def measure_out_of_scope(
    output: ModelOutput, gold: Sequence[str], fitted: Thresholds | NotMeasured, *, fallback: str | None
) -> OutOfScope | NotMeasured:
    """Recall and precision of the predicted fallback, and of every score at its fitted threshold."""
    if fallback is None:
        return NotMeasured("the task has no fallback label")
    outside = np.array([label == fallback for label in gold], dtype=bool)
    if not outside.any():
        return NotMeasured("no rows have the fallback label")
    predicted = np.array([label == fallback for label in output.labels], dtype=bool)
    scores = scope_scores(output, fallback)
    by_score = {
        name: _measure_score(score, outside, fitted if isinstance(fitted, NotMeasured) else fitted[name])
        for name, score in scores.items()
    }
    first = next(iter(by_score.values()), None)
    return OutOfScope(
        recall=measured_proportion(int((predicted & outside).sum()), int(outside.sum())),
        precision=_precision(predicted, outside, "the fallback was never predicted"),
        at_in_scope_loss=FirstScoreMeasures(loss=IN_SCOPE_LOSS, **dict(first)) if first else NotMeasured(NO_CONFIDENCE),
        by_score=by_score,
    )


def _measure_score(
    score: NDArray[np.float64], outside: NDArray[np.bool_], threshold: FittedValue | NotMeasured
) -> ScoreMeasures:
    """The result of sending all rows above the threshold to the fallback."""
    area = _measure_auroc(score, outside)
    if isinstance(threshold, NotMeasured):
        return ScoreMeasures(
            auroc=area, threshold=threshold, recall=threshold, precision=threshold, in_scope_loss=threshold
        )
    over = score > threshold.value
    return ScoreMeasures(
        auroc=area,
        threshold=threshold,
        recall=measured_proportion(int((over & outside).sum()), int(outside.sum())),
        precision=_precision(over, outside, "no rows are above the threshold"),
        in_scope_loss=proportion(int((over & ~outside).sum()), int((~outside).sum()), "no rows are in scope"),
    )


def _precision(over: NDArray[np.bool_], outside: NDArray[np.bool_], why: str) -> Measure:
    return proportion(int((over & outside).sum()), int(over.sum()), why)


def _measure_auroc(score: NDArray[np.float64], outside: NDArray[np.bool_]) -> ScoreAuroc | NotMeasured:
    """The AUROC of a score, out-of-scope rows being the positive ones, with its interval."""
    found = auroc(score, outside)
    if isinstance(found, NotMeasured):
        return NotMeasured("no rows are in scope")
    if isinstance(found.interval, NotMeasured):
        return ScoreAuroc(value=found.value, rows=found.rows, interval=found.interval)
    low, high = found.interval
    return ScoreAuroc(value=found.value, rows=found.rows, low=low, high=high)
