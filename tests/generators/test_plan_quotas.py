"""Plans are read strictly: quotas of both kinds of tasks, and every mistake with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import winnow
from winnow.config.load import parse_task
from winnow.config.task import Task
from winnow.core.errors import WinnowError
from winnow.generators.plan import read_plan

INTENTS = parse_task(
    "name: t\nkind: intents\nlabels: [{name: a}, {name: b}, {name: other}]\nfallback: other\nconfusable: [[a, b]]\n"
)

TOOLS = [
    {
        "name": name,
        "description": name,
        "parameters": {
            "type": "object",
            "properties": {"task_id": {"type": "string"}, "state": {"enum": ["open", "done"]}},
            "required": ["task_id"],
        },
    }
    for name in ("show_task", "update_task")
]


@pytest.fixture
def tools(tmp_path: Path) -> Task:
    (tmp_path / "tools.json").write_text(json.dumps(TOOLS))
    yaml = "name: t\nkind: tools\ntools: tools.json\nconfusable: [[show_task, update_task]]\n"
    (tmp_path / "winnow.yaml").write_text(yaml)
    return winnow.open(tmp_path).task


def quotas(folder: Path, task: Task, stated: object, **parts: Any) -> dict[str, int]:
    path = folder / "plan.json"
    path.write_text(json.dumps({"quotas": stated, **parts}))
    return {str(one): one.count for one in read_plan(path, task).quotas}


def problems(folder: Path, task: Task, plan: object) -> list[str]:
    path = folder / "plan.json"
    path.write_text(json.dumps(plan))
    with pytest.raises(WinnowError) as told:
        read_plan(path, task)
    return [str(one).removeprefix(f"{path}, ") for one in told.value.problems]


def test_a_number_means_each_label_or_all_together_as_documented(tmp_path: Path) -> None:
    stated = {"per_label": 30, "ambiguous": 100, "domain": {"a": 5}, "contrasts": 4, "negatives": 9, "fixes": 0}
    assert quotas(tmp_path, INTENTS, stated) == {
        "per_label a": 30, "per_label b": 30, "ambiguous": 100, "domain a": 5, "contrasts a,b": 4, "negatives": 9,
    }  # fmt: skip
    regions = [{"id": "r1", "records": ["x"]}, {"id": "r2", "records": ["y"]}]
    assert quotas(tmp_path, INTENTS, {"regions": 2}, regions=regions) == {"regions r1": 2, "regions r2": 2}


def test_quotas_of_dialogues_name_tools_behaviors_pairs_and_gaps(tmp_path: Path, tools: Task) -> None:
    stated = {
        "per_tool": 30, "behaviors": 3, "contrasts": 60, "multi_turn": 10, "threads_id": 5, "compound": 7,
        "arguments": {"show_task.state": 2, "no update_task.state": 1, "update_task.state=done": 4},
    }  # fmt: skip
    assert quotas(tmp_path, tools, stated) == {
        "per_tool show_task": 30, "per_tool update_task": 30,
        "behaviors direct": 3, "behaviors ask": 3, "behaviors unable": 3,
        "contrasts show_task,update_task": 60, "multi_turn": 10, "threads_id update_task": 5, "compound": 7,
        "arguments show_task.state": 2, "arguments no update_task.state": 1, "arguments update_task.state=done": 4,
    }  # fmt: skip
    gaps = [{"key": "show_task.state"}]
    assert quotas(tmp_path, tools, {"arguments": 3}, arguments=gaps) == {"arguments show_task.state": 3}


def test_every_wrong_quota_is_named_with_what_is_expected(tmp_path: Path, tools: Task) -> None:
    wrong = {"ambigous": 1, "domain": -1, "fixes": 2.5, "per_label": {"c": 1}, "negatives": True, "contrasts": {"a": 1}}
    found = problems(tmp_path, INTENTS, {"quotas": wrong, "label": []})
    assert found[0].startswith("label: unknown name 'label'; expected: format, id")
    assert "quotas.ambigous: unknown name 'ambigous'" in found[1]
    assert "did you mean 'ambiguous'?" in found[1]
    assert found[2] == "quotas.domain: -1; expected: a whole number from 0 to 1,000,000; fix: correct it"
    assert found[3].startswith("quotas.fixes: 2.5")
    assert found[4].startswith("quotas.per_label.c: unknown name 'c'; expected: a, b, other")
    assert found[5].startswith("quotas.negatives: True")
    assert found[6].startswith("quotas.contrasts.a: unknown name 'a'; expected: a,b")
    assert len(found) == 7
    assert "expected: per_tool, behaviors" in problems(tmp_path, tools, {"quotas": {"per_label": 1}})[0]
    assert "show_task.state" in problems(tmp_path, tools, {"quotas": {"arguments": {"show_task.stat": 1}}})[0]
    assert "no name" in problems(tmp_path, tools, {"quotas": {"compound": {"show_task": 1}}})[0]


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ([], "a JSON list"),
        ({"quotas": []}, "quotas: []; expected: an object"),
        ({"labels": {}}, "labels: a dict; expected: a list"),
        ({"labels": [{"label": "a", "missing": "many"}]}, "labels[0].missing: 'many'; expected: a whole number"),
        ({"labels": [{"label": "a", "cells": [{"count": 3}]}]}, "labels[0].cells: 1 without them"),
        (
            {"labels": [{"label": "a", "missing": 3, "misclassified": 5}]},
            "labels[0].misclassified: 5; expected: a list",
        ),
        ({"labels": [{"label": "a", "missing": 3}, "b"]}, "labels[1]: 'b'; expected: an object"),
        ({"regions": [{"id": "r1", "records": 5}]}, "regions[0].records: 5; expected: a list"),
        ({"id": {"a": 1}, "quotas": {"negatives": 1}}, "id: {'a': 1}; expected: a text"),
        ({"confused": [{"labels": ["a", "b"], "count": -2}]}, "confused[0].count: -2"),
        ({"confused": [{"labels": ["a", "a"]}]}, "confused[0].labels: ['a', 'a']; expected: two labels"),
        ({}, "it is empty"),
    ],
)
def test_other_parts_of_a_plan_are_read_as_strictly(tmp_path: Path, plan: object, told: str) -> None:
    assert told in problems(tmp_path, INTENTS, plan)[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"quotas": {"negatives": 5, "negatives": 500}}', "key 'negatives' occurs twice"),
        ('{"quotas": {"negatives": NaN}}', "NaN is not a number"),
        ('{"id": "\\ud800", "quotas": {"negatives": 5}}', "half of a character"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_plan_is_strict_json(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(WinnowError, match=told):
        read_plan(path, INTENTS)


def test_gaps_are_those_that_the_tools_of_the_task_can_have(tmp_path: Path, tools: Task) -> None:
    plan = {"quotas": {"arguments": 3}, "arguments": [{"key": "show_task.stat"}, {"key": "show_task.state"}]}
    (found,) = problems(tmp_path, tools, plan)
    assert found.startswith("arguments[0].key: unknown name 'show_task.stat'")


def test_a_plan_without_quotas_implies_them_and_an_edited_plan_keeps_its_id(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    plan = {"labels": [{"label": "a", "missing": 4}], "confused": [{"labels": ["a", "b"], "count": 2}]}
    path.write_text(json.dumps(plan))
    read = read_plan(path, INTENTS)
    assert [str(one) for one in read.quotas] == ["per_label a", "contrasts a,b"]
    assert read.id
    for count in (1, 2):
        path.write_text(json.dumps({"id": "mine", "quotas": {"ambiguous": count}}))
        assert read_plan(path, INTENTS).id == "mine"
