"""Measures of a classifier, each with its uncertainty and its source."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CONFIDENCE_Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""
BOOTSTRAP_SAMPLES = 1000
CALIBRATION_BINS = 15
"""As in Guo et al. 2017, "On Calibration of Modern Neural Networks"."""
SIMILARITY_BINS = (-1.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
"""Edges for accuracy by similarity to the nearest train record."""


@dataclass(frozen=True)
class Proportion:
    """Successes of trials with the 95 % Wilson score interval."""

    value: float | None
    """None when there was no trial."""
    low: float | None
    high: float | None
    trials: int


def proportion(successes: int, trials: int) -> Proportion:
    """A share with its Wilson score interval (Wilson 1927; it keeps its coverage at small n and near 0 and 1)."""
    if trials == 0:
        return Proportion(None, None, None, 0)
    z, n, p = CONFIDENCE_Z, trials, successes / trials
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)))
    return Proportion(p, max(0.0, centre - half), min(1.0, centre + half), n)


def confusion_matrix(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """Counts, shape (labels, labels): row is gold, column is predicted."""
    index = {label: i for i, label in enumerate(labels)}
    pairs = np.array([index[g] * len(labels) + index[p] for g, p in zip(gold, predicted, strict=True)], dtype=np.int64)
    return np.bincount(pairs, minlength=len(labels) ** 2).reshape(len(labels), len(labels)).astype(np.int64)


def f1_by_label(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """F1 of every label; 0 where neither gold nor prediction has it."""
    hits = np.diagonal(matrix, axis1=-2, axis2=-1).astype(float)
    either = matrix.sum(axis=-1) + matrix.sum(axis=-2)
    scores: NDArray[np.float64] = np.divide(2 * hits, either, out=np.zeros_like(hits), where=either > 0)
    return scores


def macro_f1(matrix: NDArray[np.int64]) -> float:
    """Mean F1 over the labels that have a gold row."""
    present = matrix.sum(axis=1) > 0
    return float(f1_by_label(matrix)[present].mean()) if present.any() else 0.0


def macro_f1_interval(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str], seed: int) -> list[float]:
    """95 % percentile bootstrap over rows (Efron & Tibshirani 1993)."""
    index = {label: i for i, label in enumerate(labels)}
    k, n = len(labels), len(gold)
    pairs = np.array([index[g] * k + index[p] for g, p in zip(gold, predicted, strict=True)], dtype=np.int64)
    generator = np.random.default_rng(seed)
    samples = [
        macro_f1(np.bincount(pairs[generator.integers(0, n, n)], minlength=k * k).reshape(k, k))
        for _ in range(BOOTSTRAP_SAMPLES)
    ]
    low, high = np.percentile(samples, [2.5, 97.5])
    return [float(low), float(high)]


def calibration_error(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> float:
    """Expected calibration error: mean gap between confidence and accuracy over equal-width bins, weighted by rows."""
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [
        abs(float(correct[bins == b].mean()) - float(confidence[bins == b].mean())) * int((bins == b).sum())
        for b in np.unique(bins)
    ]
    return float(sum(gaps) / len(confidence)) if len(confidence) else 0.0


def by_similarity(similarity: NDArray[np.float32], correct: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Accuracy by cosine to the nearest train record: it tells what the model knows from what it repeats."""
    rows = []
    for low, high in itertools.pairwise(SIMILARITY_BINS):
        inside = (similarity >= low) & (similarity < high)
        share = proportion(int(correct[inside].sum()), int(inside.sum()))
        rows.append({"from": max(low, 0.0), "to": min(high, 1.0), **_interval(share)})
    return rows


def confused_pairs(gold: Sequence[str], predicted: Sequence[str]) -> list[dict[str, Any]]:
    """Gold and predicted labels that differ, the most frequent first."""
    counts = Counter((g, p) for g, p in zip(gold, predicted, strict=True) if g != p)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"gold": g, "predicted": p, "count": n} for (g, p), n in ranked]


def measure(
    gold: Sequence[str],
    predicted: Sequence[str],
    confidence: NDArray[np.float64],
    similarity: NDArray[np.float32],
    *,
    labels: Sequence[str],
    fallback: str | None,
    seed: int,
) -> dict[str, Any]:
    """Every measure of one evaluation, ready for JSON. Shares are 0 to 1; intervals are 95 %."""
    correct = np.array([g == p for g, p in zip(gold, predicted, strict=True)])
    in_scope = np.array([g != fallback for g in gold])
    matrix = confusion_matrix(gold, predicted, labels)
    accuracy = proportion(int(correct.sum()), len(correct))
    inside = proportion(int(correct[in_scope].sum()), int(in_scope.sum()))
    score = macro_f1(matrix)
    return {
        "rows": len(gold),
        "accuracy": accuracy.value,
        "in_scope_accuracy": inside.value,
        "macro_f1": score,
        "out_of_scope": _out_of_scope(gold, predicted, fallback),
        "intervals": {
            "accuracy": [accuracy.low, accuracy.high],
            "in_scope_accuracy": [inside.low, inside.high],
            "macro_f1": macro_f1_interval(gold, predicted, labels, seed),
        },
        "per_label": _per_label(matrix, labels),
        "confused_pairs": confused_pairs(gold, predicted),
        "calibration_error": calibration_error(confidence, correct),
        "by_similarity_to_train": by_similarity(similarity, correct),
    }


def _out_of_scope(gold: Sequence[str], predicted: Sequence[str], fallback: str | None) -> dict[str, Any]:
    """Recall and precision of the fallback label; `not_measured` without one or without rows of it."""
    if fallback is None:
        return {"status": "not_measured", "why": "the task has no fallback label"}
    pairs = list(zip(gold, predicted, strict=True))
    hits = sum(g == p == fallback for g, p in pairs)
    recall = proportion(hits, sum(g == fallback for g, _ in pairs))
    if not recall.trials:
        return {"status": "not_measured", "why": "no row has the fallback label"}
    precision = proportion(hits, sum(p == fallback for _, p in pairs))
    return {"status": "measured", "recall": _interval(recall), "precision": _interval(precision)}


def _per_label(matrix: NDArray[np.int64], labels: Sequence[str]) -> list[dict[str, Any]]:
    hits, gold, predicted, f1 = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0), f1_by_label(matrix)
    rows = []
    for i, label in enumerate(labels):
        recall = proportion(int(hits[i]), int(gold[i]))
        precision = proportion(int(hits[i]), int(predicted[i]))
        rows.append(
            {
                "label": label,
                "rows": int(gold[i]),
                "recall": recall.value,
                "recall_interval": [recall.low, recall.high],
                "precision": precision.value,
                "f1": float(f1[i]) if gold[i] else None,
            }
        )
    return rows


def _interval(share: Proportion) -> dict[str, Any]:
    return {"value": share.value, "low": share.low, "high": share.high, "rows": share.trials}
