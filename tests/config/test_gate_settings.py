"""Settings that make a gate easier to pass: all are classified, and looser than the default is found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from winnow.config.decision_rules import DecisionRulesConfig
from winnow.config.gate_settings import GATE_SETTINGS, check_loosened, loosened_settings
from winnow.config.interactions import InteractionsConfig
from winnow.config.load import parse_task
from winnow.config.overrides import with_overrides
from winnow.config.task import GenerateConfig, ScreenConfig, Task
from winnow.core.errors import WinnowError
from winnow.curation.checks.gates import GATES

NEVER_LOOSER = {
    "targets.per_label": "evidence of a gate only; no gate compares it",
    "targets.mix": "every entry is one more condition",
    "targets.facets": "every entry is one more condition",
    "review.second_reviewer_share": "the release states how many labels two people decided",
    "review.blind_share": "the reports state the influence of shown suggestions",
}
"""The other numbers of these sections, and why no value of theirs makes a gate easier to pass in silence."""


BASE = "name: t\nkind: intents\nlabels: [{name: a}]\n"
NAMED = "by: Ann, reason: a pilot"
OTHER_SECTIONS = (DecisionRulesConfig, GenerateConfig, InteractionsConfig, ScreenConfig)
"""Sections that no gate measures: what may be added, what is generated, and what is decided about runs."""


def task(more: str = "") -> Task:
    return parse_task(BASE + more)


def numbers(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The keys of every number in a section of the task file and in the sections below it."""
    for name, field in model.model_fields.items():
        kind: Any = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind not in OTHER_SECTIONS:
                yield from numbers(kind, f"{prefix}{name}.")
        elif "float" in str(kind) or "int" in str(kind):
            yield f"{prefix}{name}"


def test_every_number_of_the_task_file_is_classified() -> None:
    known = {one.setting.removesuffix(".0").removesuffix(".1") for one in GATE_SETTINGS} | set(NEVER_LOOSER)
    assert set(numbers(Task)) == known | {"goals", "general_loss_max"}  # what runs are measured by, and no release
    assert {one.gate for one in GATE_SETTINGS} <= set(GATES)


def yaml_of(setting: str, value: float, named: str = "") -> str:
    """The line of a task file with one setting, and the names that belong to it."""
    one = next(one for one in GATE_SETTINGS if one.setting == setting)
    text = f"{value:g}"
    *outer, key = setting.split(".")
    if key.isdigit():
        *outer, key = outer
        text = f"[{value:g}, 0.15]" if setting.endswith("0") else f"[0.1, {value:g}]"
    if key == "defect_rate_target":
        text += f", defect_rate_max: {max(value, 0.1):g}"
    inner = f"{key}: {text}" + (f", {named}" if named and not one.named_in else "")
    for part in reversed(outer):
        inner = f"{part}: {{{inner}}}"
    if named and one.named_in:
        gates, section = one.named_in.split(".")
        inner += f"\n{gates}: {{{section}: {{{named}}}}}"
    return inner + "\n"


def shown(setting: str) -> str:
    return setting.replace(".0", " (lowest)").replace(".1", " (highest)")


def between(setting: str) -> float:
    """A value looser than the default and within the limit."""
    one = next(one for one in GATE_SETTINGS if one.setting == setting)
    found: Any = Task(name="t", kind="intents")
    for key in setting.split("."):
        found = found[int(key)] if key.isdigit() else getattr(found, key)
    middle = (found + one.limit) / 2
    return round(middle) if isinstance(found, int) else middle


@pytest.mark.parametrize("setting", [one.setting for one in GATE_SETTINGS])
def test_looser_than_the_default_needs_a_name_and_a_reason(setting: str) -> None:
    value = between(setting)
    (unnamed,) = [one for one in loosened_settings(task(yaml_of(setting, value))) if one.setting == shown(setting)]
    assert "without a name and a reason" in unnamed.problem
    assert "by: NAME" in unnamed.fix
    (named,) = [one for one in loosened_settings(task(yaml_of(setting, value, NAMED))) if one.setting == shown(setting)]
    assert (named.by, named.reason, named.problem, named.fix) == ("Ann", "a pilot", "", "")
    assert str(named) == f"{shown(setting)} is {value:g}, looser than its default {named.default:g} (by Ann: a pilot)"
    for half in (
        "by: Ann",
        "reason: a pilot",
        "by: ' ', reason: '...'",
        "by: '\u200b', reason: a pilot",
        "by: \u3164, reason: \u115f",
    ):
        (one,) = [
            one for one in loosened_settings(task(yaml_of(setting, value, half))) if one.setting == shown(setting)
        ]
        assert "without a name" in one.problem


@pytest.mark.parametrize("setting", [one.setting for one in GATE_SETTINGS])
def test_beyond_the_limit_a_name_is_not_enough(setting: str) -> None:
    one = next(one for one in GATE_SETTINGS if one.setting == setting)
    step = 1 if isinstance(one.limit, int) else 0.004
    beyond = one.limit + (step if one.looser == "higher" else -step)
    at, over = (
        next(
            found
            for found in loosened_settings(task(yaml_of(setting, value, NAMED)))
            if found.setting == shown(setting)
        )
        for value in (one.limit, beyond)
    )
    assert at.problem == ""
    assert f"beyond its limit {one.limit:g}" in over.problem


def test_the_default_and_stricter_values_show_nothing() -> None:
    assert loosened_settings(task()) == []
    strict = (
        "variations_per_seed: 2\n"
        "gates: {leakage: {cosine: 0.9, share_max: 0.01}, minimum_per_label: {train_rows: 50}, "
        "traffic_coverage: {share_min: 0.9}}\n"
        "targets: {fallback_share: [0.11, 0.12], synthetic_share_max: 0, mix: {human: [0, 1]}}\n"
        "review: {confidence: 0.99, share: 0.3}\nsplits: {test: 0.3}\n"
    )
    assert loosened_settings(task(strict)) == []


def test_exceptions_that_are_lists_are_shown_with_their_names() -> None:
    allowed = task("licenses: {allow: [unknown, own], by: Ann, reason: our own logs}\n")
    (licenses,) = loosened_settings(allowed)
    assert str(licenses) == "licenses.allow is unknown, own, looser than its default nothing (by Ann: our own logs)"
    (kept,) = loosened_settings(task("private: {policy: {URL: allow, PERSON: allow, CRYPTO: drop}}\n"))
    assert (kept.gate, kept.value, kept.problem) == ("private_data", "URL", "")
    assert "by whom and why is not stated" in str(kept)


def test_settings_whose_effect_stays_are_refused_before_they_act() -> None:
    with pytest.raises(WinnowError, match=r"splits\.test") as caught:
        check_loosened(task("splits: {test: 0.1, validation: 0}\n"), "splits")
    assert len(caught.value.problems) == 2
    check_loosened(task("splits: {test: 0.1, by: Ann, reason: a pilot}\n"), "splits")
    check_loosened(task("splits: {test: 0.1}\n"), "review")


@pytest.mark.parametrize(
    "gates",
    [
        "gates:",
        "gates: off",
        "gates: []",
        "gates: {leakage: }",
        "gates: {leakage: off}",
        "gates: {leakage: 0.5}",
        "gates: {leakage: {cosine: }}",
        "gates: {leakage: {cosine: .nan}}",
        "gates: {leakage: {cosine: -0.97}}",
        "gates: {leakage: {cosine: '0.97'}}",
        "gates: {leakage: {share_max: true}}",
        "gates: {label_balance: {ratio_max: .inf}}",
        "gates: {label_balance: {ratio_max: .nan}}",
        "gates: {minimum_per_label: {train_rows: '10'}}",
        "gates: {minimum_per_label: {train_rows: true}}",
        "gates: {minimum_per_label: {train_rows: -1}}",
        "gates: {schema: {share_max: 1}}",
        "targets: {synthetic_share_max: '1'}",
        "targets: {fallback_share: ['0', '1']}",
        "targets: {fallback_share: [.nan, 0.2]}",
        "review: {confidence: .nan}",
        "splits: {test: .nan}",
        "variations_per_seed: '6'",
    ],
)
def test_a_gate_cannot_be_switched_off(gates: str) -> None:
    with pytest.raises(WinnowError, match=r"^winnow\.yaml:4: "):
        task(gates + "\n")


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "1e999", "", "'0.5'"])
def test_a_check_tries_numbers_only(value: str) -> None:
    for setting in ("leakage", "leakage.cosine", "label_balance", "minimum_per_label", "fallback_share"):
        with pytest.raises(WinnowError, match=r"^settings: "):
            with_overrides(task(), [f"{setting}={value}"])


def test_what_a_check_tries_is_named_as_tried_and_cannot_be_renamed() -> None:
    saved = task(f"gates: {{leakage: {{share_max: 0.2, {NAMED}}}}}\n")
    (one,) = loosened_settings(with_overrides(saved, ["leakage=0.3"]))
    assert (one.value, one.by, one.reason) == (0.3, "the settings of this check", "tried, not saved")
    with pytest.raises(WinnowError, match="unknown gate setting"):
        with_overrides(saved, ["leakage.by=Ann"])


def test_a_setting_that_is_tried_does_not_name_who_chose_the_others() -> None:
    unnamed = with_overrides(task("targets: {synthetic_share_max: 0.85}\n"), ["mix.human=0.1,0.9"])
    assert [one.by for one in loosened_settings(unnamed) if one.setting == "targets.synthetic_share_max"] == [""]
    named = task("gates: {leakage: {cosine: 0.98, by: Ann, reason: official}}\n")
    (both,) = {(one.by, one.reason) for one in loosened_settings(with_overrides(named, ["leakage=0.2"]))}
    assert both == ("Ann, or the settings of this check", "official, or tried, not saved")
