"""Impact: which errors a round of feedback fixed, on exactly the confused pairs that it targeted. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from winnow.core.result import NotMeasured
from winnow.validators.stats.differences import paired_difference
from winnow.validators.stats.significance import mcnemar

if TYPE_CHECKING:
    import pandas as pd


NO_ROW = "no common validation rows have a label of these pairs"


def measure_impact(feedback: Mapping[str, Any], rows: pd.DataFrame, before: str, after: str) -> dict[str, Any]:
    """What the run `after` fixes compared with `before`, on the rows whose gold label is in a confused pair.

    `feedback` is the feedback on `before`; `rows` are the common validation rows, with `gold` and a column of
    predictions for each run, named by its id. Differences of accuracy are paired, after minus before, with 95 %
    intervals; `p_value` is from McNemar's exact test. `fixed` and `introduced` count errors within a pair: the gold
    label is one of the two, the predicted label the other.
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
    """Errors within pairs before and after, and how many of them were fixed and introduced."""
    cells = {cell for pair in pairs for cell in (pair, pair[::-1])}
    errors_before, errors_after = (
        [cell in cells for cell in zip(rows["gold"], rows[run], strict=True)] for run in (before, after)
    )
    fixed = sum(old and not new for old, new in zip(errors_before, errors_after, strict=True))
    introduced = sum(new and not old for old, new in zip(errors_before, errors_after, strict=True))
    return {
        "errors_before": sum(errors_before),
        "errors_after": sum(errors_after),
        "fixed": fixed,
        "introduced": introduced,
        "p_value": mcnemar(fixed, introduced),
    }


def _paired_accuracy(rows: pd.DataFrame, before: str, after: str) -> dict[str, Any]:
    if rows.empty:
        return NotMeasured(NO_ROW).json()
    correct_before, correct_after = (rows[run] == rows["gold"] for run in (before, after))
    gained, lost = int((correct_after & ~correct_before).sum()), int((correct_before & ~correct_after).sum())
    return {
        "rows": len(rows),
        "accuracy_before": float(correct_before.mean()),
        "accuracy_after": float(correct_after.mean()),
        "accuracy": paired_difference(gained, lost, len(rows)).json(),
        "p_value": mcnemar(gained, lost),
    }
