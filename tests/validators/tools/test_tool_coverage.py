"""Coverage of tools, behaviors and arguments, and what to write next."""

from __future__ import annotations

from typing import Any

import pytest

from winnow.validators.tools.argument_use import argument_uses
from winnow.validators.tools.composition_lines import CompositionLine
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.dialogue_composition import LabeledDialogue
from winnow.validators.tools.tool_coverage import SplitCount, ToolCoverage, measure_tool_coverage
from winnow.validators.tools.writing_steps import writing_steps

WEATHER = Tool(
    "weather",
    "",
    {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            "parts": {"type": "array", "items": {"enum": ["wind", "rain", 3]}},
            "hourly": {"type": "boolean"},
            "at": {"$ref": "#/$defs/place"},
            "stops": {"type": "array", "items": {"$ref": "#/$defs/place"}},
        },
        "required": ["city"],
        "$defs": {"place": {"type": "object", "properties": {"lat": {}, "inner": {"$ref": "#/$defs/place"}}}},
    },
)
MAIL = Tool("mail", "", {"type": "object", "properties": {"to": {"type": "string"}, "cc": {"type": "string"}}})


def row(label: str, split: str = "train", group: str = "", *, train: bool = True, **arguments: Any) -> LabeledDialogue:
    names = label.split("+") if label.split("+")[0] in ("weather", "mail", "other") else []
    calls = tuple(Call(f"call_{i}", name, arguments) for i, name in enumerate(names))
    turns = (Turn(Role.USER, "Hi."), Turn(Role.ASSISTANT, "Yes.", calls, train=train))
    tools = () if label == "general" else (MAIL, WEATHER, Tool("other", "", {"type": "object", "properties": {}}))
    return LabeledDialogue(Dialogue(turns, tools), label, group or f"{label}{split}{arguments}", split)


def covered(*rows: LabeledDialogue) -> ToolCoverage:
    return measure_tool_coverage(rows, [MAIL, WEATHER], [])


def test_a_dialogue_with_several_tools_counts_for_each_and_groups_count_once() -> None:
    found = covered(
        row("weather", group="a"), row("weather", group="a"), row("mail+weather", group="b"), row("ask", "test"),
        row("other", "validation"),
    )  # fmt: skip
    by_name = {one.name: one for one in found.targets}
    assert list(by_name) == ["mail", "weather", "other", "direct", "ask", "unable", "general"]
    assert by_name["weather"].splits["train"] == SplitCount(records=3, groups=2)
    assert by_name["mail"].splits == {"train": SplitCount(1, 1), "validation": (0, 0), "test": (0, 0)}
    assert by_name["ask"].splits["test"] == SplitCount(1, 1)
    assert [one.is_tool for one in found.targets] == [True] * 3 + [False] * 4
    assert by_name["other"].records == 1


def test_arguments_are_counted_in_trained_turns_of_train() -> None:
    found = covered(
        row("weather", city="Rome", unit="celsius"),
        row("weather", city="Oslo"),
        row("weather", "test", city="Bern", unit="fahrenheit"),
        row("weather", train=False, city="Bonn", hourly=True),
    )
    uses = {use.name: use for use in found.arguments if use.tool == "weather"}
    assert (uses["city"].present, uses["city"].possible, uses["city"].required) == (2, 2, True)
    assert (uses["unit"].present, uses["unit"].share, uses["unit"].required) == (1, 0.5, False)
    assert uses["unit"].values == {"celsius": 1, "fahrenheit": 0}
    assert uses["unit"].unused_values == ["fahrenheit"]
    assert uses["hourly"].present == 0
    assert found.json()["arguments"][0]["share"] == 0.0


def test_values_in_lists_and_properties_of_objects_are_counted() -> None:
    call = {"city": "R", "parts": ["rain", 3, 3], "hourly": False, "at": {"lat": 1}, "stops": [{"lat": 1}, {}]}
    uses = {use.name: use for use in argument_uses(WEATHER, [call, {"city": "B"}])}
    assert uses["parts"].values == {"wind": 0, "rain": 1, "3": 2}
    assert uses["hourly"].values == {"true": 0, "false": 1}
    assert (uses["at.lat"].present, uses["at.lat"].possible) == (1, 1)
    assert (uses["stops[].lat"].present, uses["stops[].lat"].possible) == (1, 2)
    assert "at.inner.inner.inner.lat" in uses  # a schema may contain itself


def test_a_missed_pair_does_not_hide_that_a_tool_has_too_few_dialogues() -> None:
    lines = [CompositionLine("contrastive pairs of weather and mail", 0, 1)]
    rows = [row("mail", split, to="a@example.com") for split in ("train", "validation", "test")]
    steps = writing_steps(measure_tool_coverage(rows, [MAIL], lines), per_label=5)
    assert "Write more contrastive pairs of weather and mail: found 0, wanted 1, missing 1." in steps
    assert "Write more dialogues that call mail: found 3, wanted 5, missing 2." in steps


def test_every_gap_becomes_a_sentence() -> None:
    lines = [
        CompositionLine("dialogues that call only mail", 1, 3, target="mail"),
        CompositionLine("dialogues without a call", 0.05, 0.10, 0.15, 100),
        CompositionLine("general instruction data", 0.2, 0.05, 0.15, 100),
    ]
    rows = [*(row("weather", split, city="R", unit="celsius", n=n) for split in ("train", "test") for n in range(5)),
            row("mail", to="a@example.com"), row("ask")]  # fmt: skip
    steps = writing_steps(measure_tool_coverage(rows, [MAIL, WEATHER], lines), per_label=2)
    assert steps[:6] == [
        "Write more dialogues that call only mail: found 1, wanted 3, missing 2.",
        "Write more dialogues without a call: found 5.0%, wanted 10% to 15%, missing 6.",
        "Write other dialogues next, not general instruction data: found 20.0%, wanted 5% to 15%.",
        "Write more dialogues in which the assistant answers in text although tools are offered: "
        "found 0, wanted 2, missing 2.",
        "Write more dialogues in which a required value is missing and the assistant asks for it: "
        "found 1, wanted 2, missing 1.",
        "Write more dialogues in which no tool serves and the assistant says so: found 0, wanted 2, missing 2.",
    ]
    text = "\n".join(steps)
    assert "dialogues that call weather: validation has none" in text
    assert "dialogues that call mail: validation and test have none" in text
    assert "mail gets the optional argument cc: none of 1 train call has it" in text
    assert "weather does not get the optional argument unit: all 5 train calls have it" in text
    assert "unit of weather is fahrenheit: no train call" in text
    assert "optional argument city" not in text
    assert "hourly of weather" not in text  # it is never given at all


@pytest.mark.parametrize(("have", "rows", "missing"), [(0.0, 90, 10), (0.05, 100, 6), (0.10, 100, 0)])
def test_the_missing_dialogues_reach_the_share(have: float, rows: int, missing: int) -> None:
    line = CompositionLine("dialogues without a call", have, 0.10, 0.15, rows)
    assert line.missing == missing
    assert (have * rows + missing) / (rows + missing) >= 0.10 - 1e-9
