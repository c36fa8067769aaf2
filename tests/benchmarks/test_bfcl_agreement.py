"""The comparison with the referee; WINNOW_TEST_REFEREE is the Python of an environment with bfcl-eval."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks.bfcl_agreement import compare, judged
from benchmarks.bfcl_causes import Cause
from benchmarks.bfcl_data import BfclQuestion, LeftOutQuestion, combinations, read_questions
from benchmarks.bfcl_mutations import MUTATIONS, mutated_answers

REFEREE = os.environ.get("WINNOW_TEST_REFEREE", "")

PROPERTIES: dict[str, Any] = {
    "title": {"type": "string"},
    "day": {"type": "string"},
    "minutes": {"type": "integer"},
    "price": {"type": "float"},
    "color": {"type": "string", "enum": ["red", "dark blue"]},
    "public": {"type": "boolean", "default": False},
    "guests": {"type": "array", "items": {"type": "dict", "properties": {"name": {"type": "string"}}}},
    "tags": {"type": "array", "items": {"type": "string"}},
    "note": {"type": "string"},
}
FUNCTIONS = [
    {
        "name": name,
        "description": "Plan something.",
        "parameters": {"type": "dict", "properties": PROPERTIES, "required": ["title"]},
    }
    for name in ("plan", "replan")
]
MEETING = {
    "title": ["Team meeting", "meeting"],
    "day": ["2026-03-04"],
    "minutes": [45],
    "price": [12.0],
    "color": ["dark blue"],
    "public": [True],
    "guests": [[{"name": ["Ann", "Anna"]}, {"name": ["Bo"]}]],
    "tags": [["team", "weekly"]],
    "note": ["bring notes", ""],
}
LUNCH = {"title": ["Lunch"], "note": ["bring notes", ""]}


@pytest.fixture
def questions(tmp_path: Path) -> list[BfclQuestion | LeftOutQuestion]:
    """Questions in files as those of the benchmark: one for a release, one for none, and one that needs no call."""
    asked = [[{"role": "user", "content": "Plan it."}]]
    calls = {"parallel": [{"plan": MEETING}, {"plan": LUNCH}], "simple_python": [{"plan": {"title": [5]}}]}
    (tmp_path / "possible_answer").mkdir()
    names = [f"{live}{kind}" for live in ("", "live_") for kind in ("multiple", "parallel", "parallel_multiple")]
    for name in (*names, "irrelevance", "live_irrelevance", "live_simple", "simple_python"):
        rows = (
            [{"id": f"{name}_0", "question": asked, "function": FUNCTIONS}] if name in (*calls, "irrelevance") else []
        )
        answers = [{"id": f"{name}_0", "ground_truth": calls[name]}] if name in calls else []
        for folder, lines in ((tmp_path, rows), (tmp_path / "possible_answer", answers)):
            text = "".join(json.dumps(one) + "\n" for one in lines)
            (folder / f"BFCL_v4_{name}.json").write_text(text, encoding="utf-8")
    return list(read_questions(tmp_path))


def usable(questions: list[BfclQuestion | LeftOutQuestion]) -> list[BfclQuestion]:
    return [one for one in questions if isinstance(one, BfclQuestion)]


def test_possible_answers_become_accepted_values(questions: list[BfclQuestion | LeftOutQuestion]) -> None:
    parallel, nothing = usable(questions)
    call = parallel.expected.calls[0]
    assert (call.arguments["title"], call.accepted["title"]) == ("Team meeting", ["meeting"])
    assert call.accepted["guests"] == [[{"name": "Anna"}, {"name": "Bo"}]]
    assert call.accepted["note"] == [""]
    assert "day" not in call.accepted
    assert nothing.expected.calls == ()
    (left_out,) = (one for one in questions if isinstance(one, LeftOutQuestion))
    assert (left_out.category, left_out.why) == ("simple", "no accepted value of an argument fits the schema")


def test_an_object_stands_for_every_choice_of_its_values() -> None:
    assert combinations({"a": [1, 2], "b": ["x", ""]}) == [{"a": 1, "b": "x"}, {"a": 1}, {"a": 2, "b": "x"}, {"a": 2}]
    assert combinations([1, 2]) == [[1, 2]]


def test_every_mutation_changes_the_answer_as_its_name_says(questions: list[BfclQuestion | LeftOutQuestion]) -> None:
    question = usable(questions)[0]
    answers = dict(mutated_answers(question, 1))
    right = {name for name, answer in answers.items() if (one := judged(question, answer)) and one.is_right}
    assert len(answers) >= len(MUTATIONS) - 6
    assert right >= {
        "unchanged",
        "calls in another order",
        "another accepted value",
        "number: integer for a whole float",
    }
    wrong = ("no call", "a call twice", "an invented tool", "an argument renamed", "list: another order")
    assert right.isdisjoint(wrong)


@pytest.mark.skipif(not REFEREE, reason="WINNOW_TEST_REFEREE is not set")
def test_every_difference_from_the_referee_has_a_cause(questions: list[BfclQuestion | LeftOutQuestion]) -> None:
    pairs = list(compare(REFEREE, usable(questions)))
    assert {one.mutation for one in pairs if one.mutation in ("unchanged", "no call") and not one.agrees} == set()
    assert Cause.UNEXPLAINED not in {one.cause for one in pairs if not one.agrees}
