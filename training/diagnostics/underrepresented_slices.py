"""Underrepresented slices: train has few rows of them, and the model is worse there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL, fisher, holm

UNDERREPRESENTED_SHARE = 0.5
"""A slice is underrepresented when train has less than this share of the rows that it should have: of the task's target
for a label, of the slice's share of validation for a wording or an origin."""

MIN_SLICE_ROWS = 5
"""Minimum validation rows inside and outside a slice: with fewer, no result is significant among many slices."""


def underrepresented_slices(measures: Mapping[str, Any], context: RunContext) -> Issues:
    """Slices with few train rows and significantly lower accuracy than all other rows (Fisher's exact test, Holm)."""
    kinds = {kind for kind, _ in context.train_rows}  # without similarity to train, which has no rows in train
    groups = [*_label_slices(measures), *(one for one in measures["slices"] if one["slice"] in kinds)]
    tested = [one for one in groups if _testable(one, measures["rows"])]
    if not tested:
        return NotMeasured(f"no slice has {MIN_SLICE_ROWS} validation rows inside and outside")
    issues = []
    for one, p_value in zip(tested, holm([_p_value(group) for group in tested]), strict=True):
        have = context.train_rows.get((one["slice"], one["value"]), 0)
        expected_rows = _expected_rows(one, measures["rows"], context)
        if p_value < SIGNIFICANCE_LEVEL and one["rows_lost"] > 0 and have < UNDERREPRESENTED_SHARE * expected_rows:
            issues.append(_slice_issue(one, have, expected_rows, p_value, context.more_data_command))
    return issues


def _label_slices(measures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every label as a slice: its recall, and the accuracy on all other rows."""
    rows, hits = measures["rows"], round(measures["accuracy"] * measures["rows"])
    found = []
    for one in measures["per_label"]:
        own = one["rows"]
        if not own or own == rows:
            continue
        right = round(one["recall"] * own)
        elsewhere = (hits - right) / (rows - own)
        group = {
            "slice": "label",
            "value": one["label"],
            "rows": own,
            "accuracy": {"value": right / own, "rows": own},
            "elsewhere": {"value": elsewhere, "rows": rows - own},
            "rows_lost": own * elsewhere - right,
        }
        found.append(group)
    return found


def _testable(one: Mapping[str, Any], rows: int) -> bool:
    return bool(MIN_SLICE_ROWS <= one["rows"] <= rows - MIN_SLICE_ROWS)


def _p_value(one: Mapping[str, Any]) -> float:
    counts = [(round(one[name]["value"] * one[name]["rows"]), one[name]["rows"]) for name in ("accuracy", "elsewhere")]
    return fisher(*counts[0], *counts[1])


def _expected_rows(one: Mapping[str, Any], rows: int, context: RunContext) -> float:
    """The number of train rows that a slice should have."""
    return context.per_label if one["slice"] == "label" else context.train_size * one["rows"] / rows


def _slice_issue(
    one: Mapping[str, Any], have: int, expected_rows: float, p_value: float, more_data_command: str
) -> Issue:
    name = f"{one['slice']} {one['value']}"
    evidence = (
        f"{name}: {have:,} train rows, {expected_rows:,.0f} expected; accuracy {one['accuracy']['value']:.3f} on "
        f"{one['rows']:,} rows, {one['elsewhere']['value']:.3f} elsewhere (p {_format_p_value(p_value)})"
    )
    fix = command("generate examples", label=one["value"]) if one["slice"] == "label" else more_data_command
    return Issue(one["rows_lost"], evidence, "train has too few rows of this slice", fix)


def _format_p_value(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"
