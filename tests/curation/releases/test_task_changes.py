"""What a diff says about changed tools and system prompts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from winnow.config.load import parse_task
from winnow.config.task import Task
from winnow.curation.releases.task_changes import TaskChange, task_changes


def task(prompt: str = "Be kind.\nToday is Monday.\n", **tools: dict[str, Any]) -> Task:
    declared = [
        {"name": name, "description": one.get("description", "Does it."), "parameters": {
            "type": "object", "properties": one["properties"], "required": one.get("required", [])}}
        for name, one in tools.items()
    ]  # fmt: skip
    return parse_task("name: t\nkind: tools\n").with_document_texts(
        {"tools": json.dumps(declared), "system_prompt": prompt}
    )


CITY = {"city": {"type": "string"}}


def test_equal_tasks_differ_in_nothing() -> None:
    assert task_changes(task(weather={"properties": CITY}), task(weather={"properties": CITY})) == []


def test_tools_are_added_and_removed_by_name() -> None:
    assert task_changes(task(weather={"properties": CITY}), task(mail={"properties": {}})) == [
        TaskChange("tool mail", "added", ["arguments: none"]),
        TaskChange("tool weather", "removed", ["arguments: city"]),
    ]


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"properties": CITY, "description": "Says it."}, "description: 'Does it.' → 'Says it.'"),
        ({"properties": CITY, "required": ["city"]}, "argument city is required now"),
        ({"properties": {}}, "argument city removed"),
        ({"properties": {"city": {"type": "integer"}}}, 'argument city: {"type": "string"} → {"type": "integer"}'),
        (
            {"properties": CITY | {"day": {"type": "string"}}, "required": ["day"]},
            'argument day added (required): {"type": "string"}',
        ),
    ],
)
def test_a_changed_tool_says_what_differs(changed: dict[str, Any], detail: str) -> None:
    found = task_changes(task(weather={"properties": CITY}), task(weather=changed))
    assert found == [TaskChange("tool weather", "changed", [detail])]


def test_the_order_of_arguments_counts_because_calls_are_written_in_it() -> None:
    two = {"city": {"type": "string"}, "day": {"type": "string"}}
    turned = dict(reversed(two.items()))
    found = task_changes(task(weather={"properties": two}), task(weather={"properties": turned}))
    assert found[0].details == ["order of arguments: city, day → day, city"]


def test_the_system_prompt_is_compared_line_by_line() -> None:
    found = task_changes(task(), task("Be kind.\nToday is Tuesday.\n"))
    assert found == [TaskChange("system prompt", "changed", ["-Today is Monday.", "+Today is Tuesday."])]
    assert task_changes(task(), task("Be kind.\nToday is Monday.\n\n"))[0].details == ["+"]
    assert task_changes(task(), task("Be kind.\nToday is Monday."))[0].details == ["only white space at line ends"]
