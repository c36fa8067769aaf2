"""The section `rules`: thresholds that contradict each other, and what each is documented as."""

from __future__ import annotations

import re

import pytest

from tests.support.paths import ROOT
from winnow.config.decision_rules import DEFAULT_RULES, ORDERED, DecisionRulesConfig
from winnow.config.load import parse_task
from winnow.core.errors import WinnowError

BASE = "name: t\nkind: intents\nlabels: [{name: a}]\n"


def problems(rules: str) -> list[str]:
    with pytest.raises(WinnowError) as caught:
        parse_task(BASE + rules)
    return [str(one) for one in caught.value.problems]


def test_thresholds_that_contradict_each_other_are_errors_with_their_line() -> None:
    found = problems(
        "rules:\n"
        "  stay_below: 0.08\n"
        "  deploy_gain: 0.04\n"
        "  queries_per_day: 5\n"
        "  collect_below: 20000\n"
        "  retrain_months: 3\n"
        "  new_records_months: 4\n"
    )
    lines = [int(one.split(":")[1]) for one in found]
    assert lines == [6, 7, 8, 9]  # of what the file states: the other number of two of them is a default
    assert "deploy_gain 0.04 is below stay_below 0.08: a gain would be too small and large enough at once" in found[0]
    assert len(found) == len(ORDERED)


def test_equal_thresholds_are_no_contradiction() -> None:
    rules = parse_task(BASE + "rules: {stay_below: 0.1, queries_per_day: 10}\n").rules
    assert (rules.stay_below, rules.deploy_gain, rules.queries_per_day) == (0.1, 0.1, 10)
    assert parse_task(BASE).rules == DEFAULT_RULES


@pytest.mark.parametrize(
    "rules",
    [
        "rules: {fine_tune_below: 1.2}",
        "rules: {fine_tune_below: '0.9'}",
        "rules: {deploy_gain: 1.5}",
        "rules: {faster: 1}",
        "rules: {p_value: 0.5}",
        "rules: {examples_per_label: 0}",
        "rules: {use_months: -1}",
        "rules: {qlora_below_gb: .nan}",
        "rules: {deploy_gian: 0.1}",
        "rules: []",
        "rules: 0.9",
    ],
)
def test_a_value_out_of_range_is_an_error_with_its_line(rules: str) -> None:
    (found,) = problems(rules + "\n")
    assert found.startswith("winnow.yaml:4: ")


def test_every_threshold_has_a_row_with_its_default() -> None:
    page = (ROOT / "docs" / "decide.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", page, re.M))
    for name, field in DecisionRulesConfig.model_fields.items():
        default = field.default
        shown = "none" if default is None else str(default).lower() if isinstance(default, bool) else f"{default:,}"
        assert rows.get(name) == shown, name
