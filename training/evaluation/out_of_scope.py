"""How well a model detects out-of-scope queries: recall, precision and AUROC of its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import NotMeasured
from winnow.training.predictions import NO_CONFIDENCE, ModelOutput
from winnow.validators.stats.auroc import auroc
from winnow.validators.stats.intervals import proportion

IN_SCOPE_LOSS = 0.05
"""Share of in-scope rows that may go to the fallback (as in the comparison of systems by Larson et al. 2019)."""

Scores = Mapping[str, NDArray[np.float64]]


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


def fit_scope_thresholds(output: ModelOutput, gold: Sequence[str], *, fallback: str | None) -> dict[str, Any]:
    """For each score, the threshold that at most IN_SCOPE_LOSS of the in-scope validation rows exceed."""
    if fallback is None:
        return NotMeasured("the task has no fallback label").json()
    inside = np.array([label != fallback for label in gold], dtype=bool)
    scores = scope_scores(output, fallback)
    if not scores:
        return NotMeasured(NO_CONFIDENCE).json()
    if not inside.any():
        return NotMeasured("no validation rows are in scope").json()
    allowed = int(IN_SCOPE_LOSS * int(inside.sum()))
    return {
        name: {"value": float(np.sort(score[inside])[::-1][allowed]), "rows": int(inside.sum())}
        for name, score in scores.items()
    }


def measure_out_of_scope(
    output: ModelOutput, gold: Sequence[str], fitted: dict[str, Any], *, fallback: str | None
) -> dict[str, Any]:
    """Recall and precision of the predicted fallback, and of every score at its fitted threshold."""
    if fallback is None:
        return NotMeasured("the task has no fallback label").json()
    outside = np.array([label == fallback for label in gold], dtype=bool)
    if not outside.any():
        return NotMeasured("no rows have the fallback label").json()
    predicted = np.array([label == fallback for label in output.labels], dtype=bool)
    scores = scope_scores(output, fallback)
    by_score = {
        name: {"auroc": _auroc_json(score, outside), **_at_scope_threshold(score, outside, fitted, name)}
        for name, score in scores.items()
    }
    first = next(iter(by_score.values()), None)
    return {
        "status": "measured",
        "recall": proportion(int((predicted & outside).sum()), int(outside.sum())).json(),
        "precision": _precision(predicted, outside, "the fallback was never predicted"),
        "at_in_scope_loss": {"loss": IN_SCOPE_LOSS, **first} if first else NotMeasured(NO_CONFIDENCE).json(),
        "by_score": by_score,
    }


def _at_scope_threshold(
    score: NDArray[np.float64], outside: NDArray[np.bool_], fitted: dict[str, Any], name: str
) -> dict[str, Any]:
    """The result of sending all rows above the threshold to the fallback."""
    if name not in fitted:
        return {"threshold": fitted, "recall": fitted, "precision": fitted, "in_scope_loss": fitted}
    over = score > fitted[name]["value"]
    return {
        "threshold": fitted[name],
        "recall": proportion(int((over & outside).sum()), int(outside.sum())).json(),
        "precision": _precision(over, outside, "no rows are above the threshold"),
        "in_scope_loss": proportion(int((over & ~outside).sum()), int((~outside).sum()), "no rows are in scope").json(),
    }


def _precision(over: NDArray[np.bool_], outside: NDArray[np.bool_], why: str) -> dict[str, Any]:
    return proportion(int((over & outside).sum()), int(over.sum()), why).json()


def _auroc_json(score: NDArray[np.float64], outside: NDArray[np.bool_]) -> dict[str, Any]:
    """The AUROC of a score, out-of-scope rows being the positive ones, with its interval."""
    found = auroc(score, outside)
    if isinstance(found, NotMeasured):
        return NotMeasured("no rows are in scope").json()
    figures = {"value": found.value, "rows": found.rows}
    if isinstance(found.interval, NotMeasured):
        return {**figures, "interval": found.interval.json()}
    return {**figures, "low": found.interval[0], "high": found.interval[1]}
