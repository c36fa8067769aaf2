"""Override individual gate settings of a task, to try other thresholds without saving them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from pydantic import ValidationError

from winnow.config.gate_settings import loosened_in
from winnow.config.section import LoosenableSection
from winnow.config.task import Task
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.suggest import suggestion
from winnow.core.vocabulary import ORIGINS


def with_overrides(task: Task, settings: Sequence[str]) -> Task:
    """The task with gate settings replaced: `leakage.cosine=0.95`, or `leakage=0.2` for a gate's main threshold.

    Bounds take two numbers (`fallback_share=0,0.2`, `mix.human=0.1,1`), licenses take names (`licenses=unknown,own`).
    """
    data = task.model_dump(mode="json")
    for setting in settings:
        key, _, value = setting.partition("=")
        *path, field = _setting_path(data, key, setting)
        node = data
        for part in path:
            node = node[part]
        node[field] = _parse_value(setting, key, value)
        section = data["targets"] if path[0] == "targets" else node
        named = "targets" if path[0] == "targets" else ".".join(path)
        _state_trial(section, loosened_in(task, named) - {".".join([*path, field])})
    try:
        return Task.model_validate(data).with_documents_of(task)
    except ValidationError as error:
        faults = [(".".join(map(str, fault["loc"])), fault) for fault in error.errors()]
        where = Parameter("settings")
        raise WinnowError([Problem(where, f"{key}={fault['input']}", fault["msg"]) for key, fault in faults]) from None


STATEMENT = tuple(LoosenableSection.model_fields)
"""The fields that say who chose the settings of a section, and why."""

TRIED_BY, TRIED_REASON = "the settings of this check", "tried, not saved"
"""Who set a threshold that a check only tries, and why."""

MAIN_THRESHOLDS = {
    "duplicates": "gates.duplicates.share_max",
    "leakage": "gates.leakage.share_max",
    "disputed": "gates.disputed.share_max",
    "label_accuracy": "gates.label_accuracy.lower_bound_min",
    "minimum_per_label": "gates.minimum_per_label.train_rows",
    "label_balance": "gates.label_balance.ratio_max",
    "facet_marginals": "gates.facet_marginals.labels_share_max",
    "fallback_share": "targets.fallback_share",
    "synthetic_share": "targets.synthetic_share_max",
    "traffic_coverage": "gates.traffic_coverage.share_min",
    "licenses": "licenses.allow",
    **{f"mix.{origin}": f"targets.mix.{origin}" for origin in ORIGINS},
}
"""The setting that the name of a gate alone refers to."""

TWO_NUMBER_SETTINGS = ("fallback_share", "mix.human", "mix.log", "mix.public", "mix.synthetic")
"""Settings that take two numbers."""


def _state_trial(section: dict[str, Any], others: Set[str]) -> None:
    """State that a setting of a section is only tried; `others` are the saved settings there that are loosened, too.

    These keep who chose them and why: if nobody is named, they still count as unnamed.
    """
    for field, tried in zip(STATEMENT, (TRIED_BY, TRIED_REASON), strict=True):
        if not others:
            section[field] = tried
        elif section[field] and tried not in section[field]:
            section[field] = f"{section[field]}, or {tried}"


def _setting_path(data: Mapping[str, Any], key: str, setting: str) -> list[str]:
    known = [*MAIN_THRESHOLDS, *_thresholds(data["gates"])]
    if key not in known:
        fix = suggestion(key, known)
        raise WinnowError(Problem(Parameter("settings"), f"unknown gate setting {key!r}", ", ".join(known), fix))
    return MAIN_THRESHOLDS.get(key, f"gates.{key}").split(".")


def _thresholds(gates: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Every threshold of every gate, without who set it and why."""
    return [f"{gate}.{field}" for gate, fields in gates.items() for field in fields if field not in STATEMENT]


def _parse_value(setting: str, key: str, value: str) -> float | list[float] | list[str]:
    parts = [part.strip() for part in value.split(",")]
    if key == "licenses":
        return [part for part in parts if part]
    wanted = 2 if key in TWO_NUMBER_SETTINGS else 1
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != wanted:
        expected = "GATE=LOWEST,HIGHEST" if wanted == 2 else "GATE=NUMBER"
        raise WinnowError(Problem(Parameter("settings"), repr(setting), expected))
    if wanted == 2:
        return numbers
    return int(numbers[0]) if numbers[0].is_integer() else numbers[0]
