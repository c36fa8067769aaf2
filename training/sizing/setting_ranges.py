"""Settings outside the range in which they make sense for a model, each with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from winnow.core.errors import Problem
from winnow.core.suggest import suggestion
from winnow.training.sizing.model_facts import SettingRange

ALPHA_PER_RANK = "alpha_per_rank"
"""The range of this name is about the scale of the LoRA layers: `alpha` divided by `rank`."""


def range_problems(
    ranges: Mapping[str, SettingRange], values: Mapping[str, Any], locations: Mapping[str, str], *, file: str
) -> Iterator[Problem]:
    """Every value outside its range, and every range of something that is no setting.

    `values` are all settings, those at their default included; `locations` say where the others were set. Values that
    are no numbers are left to the types of the settings.
    """
    for name, allowed in ranges.items():
        if name != ALPHA_PER_RANK and name not in values:
            known = [ALPHA_PER_RANK, *values]
            fix = suggestion(name, known, "remove it")
            yield Problem(f"{file}: model_facts.ranges", f"unknown setting {name!r}", ", ".join(known), fix)
            continue
        value = _scale(values) if name == ALPHA_PER_RANK else values[name]
        if value is not None and _is_number(value) and not allowed.low <= value <= allowed.high:
            set_by = ("alpha", "rank") if name == ALPHA_PER_RANK else (name,)
            where = next((locations[key] for key in set_by if key in locations), "settings")
            expected = f"{allowed.low:g} to {allowed.high:g} for this model: {allowed.why}"
            yield Problem(where, f"{name.replace('_per_', ' / ')} is {value:g}", expected, "set a value in the range")


def _scale(values: Mapping[str, Any]) -> float | None:
    alpha, rank = values.get("alpha"), values.get("rank")
    return alpha / rank if _is_number(alpha) and _is_number(rank) and rank else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
