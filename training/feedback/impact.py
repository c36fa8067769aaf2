"""Impact: which errors a round of feedback fixed, on exactly the confused pairs that it targeted. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from winnow.core.result import not_measured
from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.significance import mcnemar

if TYPE_CHECKING:
    import pandas as pd


NO_ROW = "no common validation row has a label of these pairs"


def measure_impact(feedback: Mapping[str, Any], rows: pd.DataFrame, before: str, after: str) -> dict[str, Any]:
    """What the run `after` has right that `before` had not, on the rows whose gold label is in a confused pair.

    `told` is the feedback on `before`; `rows` are common hold-out rows with `gold` and each run's answers under its id.
    Differences of accuracy are paired, after minus before, with 95 % intervals; `p_value` is McNemar's, exact.
    `mended` and `broken` count errors within a pair: gold one of its labels, answered with the other.
    """
    pairs = [tuple(map(str, one["labels"])) for one in feedback["pairs"]]
    inside = rows[rows["gold"].isin({label for pair in pairs for label in pair})]
    outside = rows[~rows.index.isin(inside.index)]
    expected_fixes = {one["name"]: one["expected_fixes"] for one in feedback["actions"]}
    return {
        "before": before,
        "after": after,
        "expected_fixes": expected_fixes,
        "cells": _errors_within_pairs(rows, pairs, before, after),
        "labels_of_the_pairs": _paired_accuracy(inside, before, after),
        "other_labels": _paired_accuracy(outside, before, after),
        "pairs": [{"labels": list(pair), **_errors_within_pairs(rows, [pair], before, after)} for pair in pairs],
    }


def _errors_within_pairs(
    rows: pd.DataFrame, pairs: Sequence[tuple[str, ...]], before: str, after: str
) -> dict[str, Any]:
    """Errors within pairs, before and after, and how many of them are on the same rows."""
    cells = {cell for pair in pairs for cell in (pair, pair[::-1])}
    was, now = ([cell in cells for cell in zip(rows["gold"], rows[run], strict=True)] for run in (before, after))
    fixed = sum(old and not new for old, new in zip(was, now, strict=True))
    introduced = sum(new and not old for old, new in zip(was, now, strict=True))
    return {
        "errors_before": sum(was),
        "errors_after": sum(now),
        "fixed": fixed,
        "introduced": introduced,
        "p_value": mcnemar(fixed, introduced),
    }


def _paired_accuracy(rows: pd.DataFrame, before: str, after: str) -> dict[str, Any]:
    if rows.empty:
        return not_measured(NO_ROW)
    was, now = (rows[run] == rows["gold"] for run in (before, after))
    gained, lost = int((now & ~was).sum()), int((was & ~now).sum())
    return {
        "rows": len(rows),
        "accuracy_before": float(was.mean()),
        "accuracy_after": float(now.mean()),
        "accuracy": paired_difference(gained, lost, len(rows)).json(),
        "p_value": mcnemar(gained, lost),
    }
