"""Accuracy, recall, precision, F1 and confusion counts, by label and by route."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from winnow.core.result import Measure, Measured, NotMeasured
from winnow.training.evaluation.evaluation_facts import (
    Bounds,
    ClassMeasures,
    ErrorCount,
    HeadlineMeasures,
    LabelMeasures,
    RouteMeasures,
    Routes,
)
from winnow.validators.stats.intervals import measured_proportion, proportion
from winnow.validators.stats.macro_f1 import macro_f1_with_interval

NO_ANSWER = "no answer"
"""The predicted label of a row that a system did not answer; it counts as wrong."""


def confusion_matrix(gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """Counts, shape (labels, labels): row is gold, column is predicted."""
    index = {label: i for i, label in enumerate(labels)}
    pairs = np.array([index[g] * len(labels) + index[p] for g, p in zip(gold, predicted, strict=True)], dtype=np.int64)
    return np.bincount(pairs, minlength=len(labels) ** 2).reshape(len(labels), len(labels)).astype(np.int64)


def with_no_answer(labels: Sequence[str], predicted: Sequence[str]) -> list[str]:
    """The labels, followed by NO_ANSWER if a row was not answered."""
    return [*labels, NO_ANSWER] if NO_ANSWER in predicted else list(labels)


def f1_by_label(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """F1 of every label; 0 where it is neither a gold nor a predicted label."""
    hits = np.diagonal(matrix, axis1=-2, axis2=-1).astype(float)
    either = matrix.sum(axis=-1) + matrix.sum(axis=-2)
    scores: NDArray[np.float64] = np.divide(2 * hits, either, out=np.zeros_like(hits), where=either > 0)
    return scores


def macro_f1(matrix: NDArray[np.int64]) -> float:
    """Mean F1 over the labels that have gold rows."""
    present = matrix.sum(axis=1) > 0
    return float(f1_by_label(matrix)[present].mean()) if present.any() else 0.0


def confused_pairs(gold: Sequence[str], predicted: Sequence[str]) -> list[ErrorCount]:
    """Counts of gold and predicted labels that differ, most frequent first."""
    counts = Counter((g, p) for g, p in zip(gold, predicted, strict=True) if g != p)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [ErrorCount(gold=g, predicted=p, count=n) for (g, p), n in ranked]


def headline_metrics(
    gold: Sequence[str], predicted: Sequence[str], *, labels: Sequence[str], fallback: str | None, seed: int
) -> HeadlineMeasures:
    """Accuracy, in-scope accuracy and macro-F1 with intervals, metrics by label, and confused pairs."""
    pairs = list(zip(gold, predicted, strict=True))
    accuracy = measured_proportion(sum(g == p for g, p in pairs), len(pairs))
    inside = [(g, p) for g, p in pairs if g != fallback]
    in_scope = proportion(sum(g == p for g, p in inside), len(inside), "no rows are in scope")
    score = macro_f1_with_interval(gold, predicted, labels, seed=seed).figure
    figures = {"accuracy": accuracy, "in_scope_accuracy": in_scope, "macro_f1": score}
    per_label = metrics_by_class(gold, predicted, labels, class_kind="label")
    return HeadlineMeasures(
        rows=len(pairs),
        accuracy=accuracy.value,
        in_scope_accuracy=_value(in_scope),
        macro_f1=_value(score),
        intervals={name: (one.low, one.high) for name, one in figures.items() if isinstance(one, Measured)},
        per_label=[LabelMeasures(label=name, **dict(one)) for name, one in zip(labels, per_label, strict=True)],
        confused_pairs=confused_pairs(gold, predicted),
    )


def metrics_by_class(
    gold: Sequence[str], predicted: Sequence[str], classes: Sequence[str], *, class_kind: str
) -> list[ClassMeasures]:
    """Recall, precision and F1 of every class; `class_kind` (`label` or `route`) is what a reason calls it."""
    matrix = confusion_matrix(gold, predicted, with_no_answer(classes, predicted))
    hits, rows, given, f1 = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0), f1_by_label(matrix)
    found = []
    for i in range(len(classes)):
        no_row = f"no rows of this {class_kind}"
        recall = proportion(int(hits[i]), int(rows[i]), no_row)
        precision = proportion(int(hits[i]), int(given[i]), f"this {class_kind} was never predicted")
        found.append(
            ClassMeasures(
                rows=int(rows[i]),
                recall=_value(recall),
                recall_interval=_interval(recall),
                precision=_value(precision),
                precision_interval=_interval(precision),
                f1=float(f1[i]) if rows[i] else NotMeasured(no_row),
            )
        )
    return found


def _value(share: Measure) -> float | NotMeasured:
    return share if isinstance(share, NotMeasured) else share.value


def _interval(share: Measure) -> Bounds | NotMeasured:
    return share if isinstance(share, NotMeasured) else (share.low, share.high)


def metrics_by_route(
    gold: Sequence[str], predicted: Sequence[str], routes: Mapping[str, str | None]
) -> Routes | NotMeasured:
    """Metrics by route: an error between two labels of one route still reaches the right agent.

    A label without a route counts as its own route. Not measured when the task defines no routes.
    """
    if not any(routes.values()):
        return NotMeasured("the task defines no routes")
    gold_routes, predicted_routes = ([routes.get(label) or label for label in labels] for labels in (gold, predicted))
    classes = list(dict.fromkeys(route or label for label, route in routes.items()))
    classes += sorted(set(gold_routes) - set(classes))
    right = sum(s == w for s, w in zip(gold_routes, predicted_routes, strict=True))
    per_route = metrics_by_class(gold_routes, predicted_routes, classes, class_kind="route")
    return Routes(
        accuracy=measured_proportion(right, len(gold_routes)),
        per_route=[RouteMeasures(route=name, **dict(one)) for name, one in zip(classes, per_route, strict=True)],
    )
