"""Signs that a part of the queries is starved: train holds little of it, and the model is worse there."""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote
from typing import Any

from curation.estimates import NotMeasured
from training.intervals import LEVEL, fisher, holm
from training.signs import OLD_EVALUATION, About, Sign, Signs

STARVED_SHARE = 0.5
"""Train holds less than this part of what a slice should have: of the task's target for a label, of the slice's share
of the hold-out for a wording or an origin."""
SMALLEST_SLICE = 5
"""Validation rows of a slice, and outside of it, below which even all of them wrong is no proof among many slices."""


def slice_starved(measures: Mapping[str, Any], about: About) -> Signs:
    """Slices of which train holds little, and that are worse than all other rows beyond chance (Fisher, Holm)."""
    told = measures.get("slices")
    if told is None:
        return NotMeasured(OLD_EVALUATION.format(run=about.run))
    kinds = {kind for kind, _ in about.train_rows}  # similarity to train is none: what lies far from it is no topic
    groups = [*_label_groups(measures), *(one for one in told if one["slice"] in kinds)]
    tested = [one for one in groups if _testable(one, measures["rows"])]
    if not tested:
        return NotMeasured(f"no slice with {SMALLEST_SLICE} validation rows, and as many outside of it")
    signs = []
    for one, p_value in zip(tested, holm([_p_value(group) for group in tested]), strict=True):
        have, due = about.train_rows.get((one["slice"], one["value"]), 0), _due(one, measures["rows"], about)
        if p_value < LEVEL and one["rows_lost"] > 0 and have < STARVED_SHARE * due:
            signs.append(_slice_sign(one, have, due, p_value, about.more))
    return signs


def _label_groups(measures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every label as a slice: its recall, and that of all other rows."""
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
    return bool(SMALLEST_SLICE <= one["rows"] <= rows - SMALLEST_SLICE)


def _p_value(one: Mapping[str, Any]) -> float:
    counts = [(round(one[name]["value"] * one[name]["rows"]), one[name]["rows"]) for name in ("accuracy", "elsewhere")]
    return fisher(*counts[0], *counts[1])


def _due(one: Mapping[str, Any], rows: int, about: About) -> float:
    """Train rows that a slice should have."""
    return about.per_label if one["slice"] == "label" else about.train_size * one["rows"] / rows


def _slice_sign(one: Mapping[str, Any], have: int, due: float, p_value: float, more: str) -> Sign:
    name = f"{one['slice']} {one['value']}"
    evidence = (
        f"{name}: {have:,} train rows where {due:,.0f} are due, accuracy {one['accuracy']['value']:.3f} on "
        f"{one['rows']:,} rows against {one['elsewhere']['value']:.3f} elsewhere (p {_p_in_words(p_value)})"
    )
    label = one["slice"] == "label"
    command = f"winnow generate examples --label {quote(one['value'])}" if label else more
    return Sign(one["rows_lost"], evidence, "the model has seen too little of it", command)


def _p_in_words(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"
