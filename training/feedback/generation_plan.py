"""The plan for generators: contrasts for confused pairs, then rows for weak or underrepresented labels."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from winnow.curation.annotations.feedback_facts import UnderrepresentedLabel
from winnow.training.evaluation.confusion_counts import ConfusedPair

if TYPE_CHECKING:
    import pandas as pd


FORMAT = 1

CONTRASTS_PER_PAIR = (5, 20)
"""Minimum and maximum number of contrastive pairs for a confused pair."""

ROWS_PER_ERROR = 3
"""Rows to generate for each expected validation error of a label."""

EXAMPLES_PER_LABEL = 20
"""Maximum number of misclassified rows of a label in the plan."""

WORDINGS = (
    *((phrasing, length) for phrasing in ("formal", "casual", "question") for length in ("short", "medium", "long")),
    ("fragment", "short"),
)
"""Combinations of phrasing and length. A fragment has at most three words, so it is always short."""


def generation_plan(
    run: str,
    pairs: Sequence[ConfusedPair],
    underrepresented: Sequence[UnderrepresentedLabel],
    train: pd.DataFrame,
    predicted: Sequence[str],
    misclassified: Mapping[str, Sequence[Mapping[str, str]]],
) -> dict[str, Any]:
    """The plan as JSON. `predicted` are the out-of-fold labels of train, `misclassified` the examples by label."""
    minimum, maximum = CONTRASTS_PER_PAIR
    short = {one.label: math.ceil(one.median_rows) - one.train_rows for one in underrepresented}
    expected: dict[str, float] = defaultdict(float)
    for pair in pairs:
        for label in pair.labels:
            expected[label] += pair.expected_errors / 2
    slices = _errors_by_wording(train, predicted)
    ranked = sorted(short.keys() | expected.keys(), key=lambda name: (-expected[name], name))
    missing = {label: max(short.get(label, 0), math.ceil(ROWS_PER_ERROR * expected[label])) for label in ranked}
    return {
        "format": FORMAT,
        "run": run,
        "confused": [
            {"labels": list(pair.labels), "count": min(maximum, max(minimum, math.ceil(pair.expected_errors)))}
            for pair in pairs
        ],
        "labels": [
            {
                "label": label,
                "missing": missing[label],
                "cells": _allocate_rows(slices.get(label, {}), missing[label]),
                "misclassified": list(misclassified.get(label, ()))[:EXAMPLES_PER_LABEL],
            }
            for label in ranked
        ],
        "regions": [],
    }


def _errors_by_wording(
    train: pd.DataFrame, predicted: Sequence[str]
) -> dict[str, dict[tuple[str, str], tuple[int, int]]]:
    """For each label, the number of rows and errors by (phrasing, length)."""
    found: dict[str, dict[tuple[str, str], tuple[int, int]]] = {}
    for label, facets, predicted_label in zip(train["label"], train["facets"], predicted, strict=True):
        value = dict(str(one).split(":", 1) for one in facets)
        wording = value.get("phrasing", ""), value.get("length", "")
        rows, errors = found.setdefault(str(label), {}).get(wording, (0, 0))
        found[str(label)][wording] = rows + 1, errors + (predicted_label != label)
    return found


def _allocate_rows(slices: Mapping[tuple[str, str], tuple[int, int]], count: int) -> list[dict[str, Any]]:
    """Allocate `count` rows to wordings, one at a time to the wording with the highest error probability.

    It is estimated by the rule of succession, (errors + 1) / (rows + 2), so it is 0.5 for a wording without train rows.
    """
    added: Counter[tuple[str, str]] = Counter()

    def error_probability(wording: tuple[str, str]) -> float:
        rows, errors = slices.get(wording, (0, 0))
        return (errors + 1) / (rows + added[wording] + 2)

    for _ in range(count):
        added[max(WORDINGS, key=error_probability)] += 1
    return [
        {"phrasing": wording[0], "length": wording[1], "have": slices.get(wording, (0, 0))[0], "count": added[wording]}
        for wording in WORDINGS
        if added[wording]
    ]
