"""How well a model detects out-of-scope queries: recall, precision and AUROC of its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import not_measured
from winnow.training.predictions import ModelOutput
from winnow.validators.stats.intervals import CONFIDENCE_Z, proportion

IN_SCOPE_LOSS = 0.05
"""Share of in-scope rows that may be handed to the fallback (Larson et al. 2019 compare systems in this way)."""


NO_SCORE = "the system tells no confidence"


Scores = Mapping[str, NDArray[np.float64]]


def scope_scores(output: ModelOutput, fallback: str) -> Scores:
    """Scores by name, the higher the further out of scope.

    A system that tells the confidence of its answer alone has `answer_confidence`: answers with the fallback lie
    furthest out, the surest first, and of the others the least sure.
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
    """By score the threshold above which at most LOSS of the in-scope validation rows lie."""
    if fallback is None:
        return not_measured("the task has no fallback label")
    inside = np.array([label != fallback for label in gold], dtype=bool)
    scores = scope_scores(output, fallback)
    if not scores:
        return not_measured(NO_SCORE)
    if not inside.any():
        return not_measured("no in-scope validation row")
    allowed = int(IN_SCOPE_LOSS * int(inside.sum()))
    return {
        name: {"value": float(np.sort(score[inside])[::-1][allowed]), "rows": int(inside.sum())}
        for name, score in scores.items()
    }


def measure_out_of_scope(
    output: ModelOutput, gold: Sequence[str], fitted: dict[str, Any], *, fallback: str | None
) -> dict[str, Any]:
    """Recall and precision of the fallback as it was answered, and of every score at its threshold of `fitted`."""
    if fallback is None:
        return not_measured("the task has no fallback label")
    outside = np.array([label == fallback for label in gold], dtype=bool)
    if not outside.any():
        return not_measured("no row has the fallback label")
    answered = np.array([label == fallback for label in output.labels], dtype=bool)
    scores = scope_scores(output, fallback)
    by_score = {
        name: {"auroc": auroc(score, outside), **_at_scope_threshold(score, outside, fitted, name)}
        for name, score in scores.items()
    }
    first = next(iter(by_score.values()), None)
    return {
        "status": "measured",
        "recall": proportion(int((answered & outside).sum()), int(outside.sum())).json(),
        "precision": _precision(answered, outside, "the fallback was never answered"),
        "at_in_scope_loss": {"loss": IN_SCOPE_LOSS, **first} if first else not_measured(NO_SCORE),
        "by_score": by_score,
    }


def _at_scope_threshold(
    score: NDArray[np.float64], outside: NDArray[np.bool_], fitted: dict[str, Any], name: str
) -> dict[str, Any]:
    """What handing over all above the threshold does."""
    if name not in fitted:
        return {"threshold": fitted, "recall": fitted, "precision": fitted, "in_scope_loss": fitted}
    over = score > fitted[name]["value"]
    return {
        "threshold": fitted[name],
        "recall": proportion(int((over & outside).sum()), int(outside.sum())).json(),
        "precision": _precision(over, outside, "no row lies above the threshold"),
        "in_scope_loss": proportion(int((over & ~outside).sum()), int((~outside).sum())).json("no row is in scope"),
    }


def _precision(over: NDArray[np.bool_], outside: NDArray[np.bool_], why: str) -> dict[str, Any]:
    return proportion(int((over & outside).sum()), int(over.sum())).json(why)


def auroc(score: NDArray[np.float64], outside: NDArray[np.bool_]) -> dict[str, Any]:
    """Probability that an out-of-scope row scores above an in-scope one (ties count half), with its 95 % interval.

    Variance by DeLong et al. (1988), taken on the logit scale (Pepe 2003, 5.2.5), so that it stays within 0 and 1.
    """
    out, inside = score[outside], score[~outside]
    if not len(out) or not len(inside):
        return not_measured("no row is in scope" if len(out) else "no row is out of scope")
    from scipy.stats import rankdata

    every = rankdata(np.concatenate([out, inside]))
    above = (every[: len(out)] - rankdata(out)) / len(inside)  # of each out-of-scope row: in-scope rows below it
    below = 1 - (every[len(out) :] - rankdata(inside)) / len(out)
    area = float(above.mean())
    found: dict[str, Any] = {"value": area, "rows": len(score)}
    if len(out) < 2 or len(inside) < 2 or not 0 < area < 1:
        return {**found, "interval": not_measured("two rows of each, and one overlap, are needed")}
    spread = np.sqrt(above.var(ddof=1) / len(out) + below.var(ddof=1) / len(inside))
    centre, half = np.log(area / (1 - area)), CONFIDENCE_Z * spread / (area * (1 - area))
    low, high = (float(1 / (1 + np.exp(-(centre + side)))) for side in (-half, half))
    return {**found, "low": low, "high": high}
