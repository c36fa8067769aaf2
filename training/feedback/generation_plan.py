"""The plan for generators: contrasts for confused pairs, then rows for weak or underrepresented labels."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from winnow.core.hashing import json_hash
from winnow.core.quota_names import INTENT_QUOTAS, PAIR_SEPARATOR, QuotaName
from winnow.curation.annotations.feedback_facts import UnderrepresentedLabel
from winnow.training.evaluation.confusion_counts import ConfusedPair

if TYPE_CHECKING:
    import pandas as pd


FORMAT = 1

CONTRASTS_PER_PAIR = (5, 20)
"""Minimum and maximum number of contrastive pairs for a confused pair."""

ROWS_PER_ERROR = 3
"""Rows to generate for each expected validation error of a label."""

MIN_KNOWN_ERRORS = 3
"""Misclassified rows that a label must have before queries are written like them."""

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
    contrasts = {pair.labels: min(maximum, max(minimum, math.ceil(pair.expected_errors))) for pair in pairs}
    known_errors = {label: min(len(misclassified.get(label, ())), EXAMPLES_PER_LABEL) for label in ranked}
    quotas = _quotas(missing, known_errors, {PAIR_SEPARATOR.join(pair): count for pair, count in contrasts.items()})
    return {
        "format": FORMAT,
        "id": json_hash([run, quotas], length=12),
        "run": run,
        "quotas": quotas,
        "confused": [{"labels": list(pair), "count": count} for pair, count in contrasts.items()],
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


def _quotas(
    missing: Mapping[str, int], known_errors: Mapping[str, int], contrasts: Mapping[str, int]
) -> dict[str, dict[str, int] | int]:
    """How many records of which type are to be added: rows like the known errors of a label, then others it lacks.

    `ambiguous`, `domain` and `negatives` are 0: errors do not say how many of them a label needs.
    """
    fixes = {label: count for label, count in known_errors.items() if count >= MIN_KNOWN_ERRORS}
    rest = {label: count - fixes.get(label, 0) for label, count in missing.items()}
    stated: dict[str, dict[str, int] | int] = {str(name): 0 for name in INTENT_QUOTAS}
    return stated | {
        QuotaName.PER_LABEL.value: {label: count for label, count in rest.items() if count > 0},
        QuotaName.FIXES.value: fixes,
        QuotaName.CONTRASTS.value: dict(contrasts),
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
