"""What a run's mistakes ask generators to write: contrasts first, then rows of labels that are starved or misread.

The format is that of `curation.plan`, which `winnow generate --plan` reads. Texts in it are train rows.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.confusion import ConfusedPair

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 1
CONTRASTS = (5, 20)
"""Contrastive pairs to write for two labels, at least and at most."""
PER_ERROR = 3
"""Rows to write for each error that hold-out is expected to show of a label."""
SHOWN = 20
"""Misread rows of a label that the plan quotes."""
CROSSES = (
    *((phrasing, length) for phrasing in ("formal", "casual", "question") for length in ("short", "medium", "long")),
    ("fragment", "short"),
)
"""The wordings that exist: a fragment, of at most three words, is short."""


@dataclass(frozen=True)
class Starved:
    """A label with few train rows and many errors."""

    label: str
    train_rows: int
    usual: float
    """Median train rows of a label."""
    errors: int
    rows: int
    """Of which the errors are: train out of fold and validation together."""


def generation_plan(
    run: str,
    pairs: Sequence[ConfusedPair],
    starved: Sequence[Starved],
    train: pd.DataFrame,
    predicted: Sequence[str],
    misread: Mapping[str, Sequence[Mapping[str, str]]],
) -> dict[str, Any]:
    """The plan as one JSON object. `predicted` is what train rows were read as, `misread` the examples by label."""
    least, most = CONTRASTS
    short = {one.label: math.ceil(one.usual) - one.train_rows for one in starved}
    expected: dict[str, float] = defaultdict(float)
    for pair in pairs:
        for label in pair.labels:
            expected[label] += pair.expected_errors / 2
    slices = _slices(train, predicted)
    ranked = sorted(short.keys() | expected.keys(), key=lambda name: (-expected[name], name))
    missing = {label: max(short.get(label, 0), math.ceil(PER_ERROR * expected[label])) for label in ranked}
    return {
        "format": FORMAT,
        "run": run,
        "confused": [
            {"labels": list(pair.labels), "count": min(most, max(least, math.ceil(pair.expected_errors)))}
            for pair in pairs
        ],
        "labels": [
            {
                "label": label,
                "missing": missing[label],
                "cells": _cells(slices.get(label, {}), missing[label]),
                "mistakes": list(misread.get(label, ()))[:SHOWN],
            }
            for label in ranked
        ],
        "regions": [],
    }


def _slices(train: pd.DataFrame, predicted: Sequence[str]) -> dict[str, dict[tuple[str, str], tuple[int, int]]]:
    """Label to crosses of phrasing and length to rows and errors among them."""
    found: dict[str, dict[tuple[str, str], tuple[int, int]]] = {}
    for label, facets, answer in zip(train["label"], train["facets"], predicted, strict=True):
        value = dict(str(one).split(":", 1) for one in facets)
        cross = value.get("phrasing", ""), value.get("length", "")
        rows, errors = found.setdefault(str(label), {}).get(cross, (0, 0))
        found[str(label)][cross] = rows + 1, errors + (answer != label)
    return found


def _cells(slices: Mapping[tuple[str, str], tuple[int, int]], count: int) -> list[dict[str, Any]]:
    """Spread `count` rows over the crosses, always to the one where an error is likeliest.

    By the rule of succession, (errors + 1) / (rows + 2): a cross that train lacks is as likely wrong as right.
    """
    added: Counter[tuple[str, str]] = Counter()

    def likely(cross: tuple[str, str]) -> float:
        rows, errors = slices.get(cross, (0, 0))
        return (errors + 1) / (rows + added[cross] + 2)

    for _ in range(count):
        added[max(CROSSES, key=likely)] += 1
    return [
        {"phrasing": cross[0], "length": cross[1], "have": slices.get(cross, (0, 0))[0], "count": added[cross]}
        for cross in CROSSES
        if added[cross]
    ]
