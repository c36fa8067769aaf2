"""Suites: which rows are asked, what train has, figures by difficulty, and looks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import winnow
from tests.support.adapter_runs import adapter_run
from tests.support.assistants import ASSISTANT
from tests.support.files import write_jsonl
from tests.support.measured_answers import a_result
from winnow.config.agent_roles import AgentRole
from winnow.config.task import Task
from winnow.core.errors import WinnowError
from winnow.core.evaluation_vocabulary import Difficulty, PromptVariant
from winnow.operations._context import context_at
from winnow.training.answering.answer_request import AnswerRequest
from winnow.training.answering.expected_answer import expected_text
from winnow.training.answering.model_answer import ModelAnswer
from winnow.training.evaluation.tools.answer_results import read_answer_results
from winnow.training.runs import Run
from winnow.training.suites.format_sensitivity import compare_variants, measure_format_sensitivity
from winnow.training.suites.prompt_variants import TOOLS_HEADING, prompt_tools, variants_of, varied
from winnow.training.suites.suite_evaluation import by_difficulty, evaluate_suite, suite_requests
from winnow.training.suites.suite_facts import SuiteFacts
from winnow.training.suites.suite_rows import NOT_IN_NAMES, Suite, read_suite, suite_name, without_repeats
from winnow.workspace import Workspace


@pytest.fixture(scope="module")
def task() -> Task:
    context = context_at(ASSISTANT)
    assert context.goals is not None
    return context.task  # type: ignore[union-attr]


def rows_of_example(count: int) -> list[dict[str, Any]]:
    lines = (ASSISTANT / "tests.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines[:count]]


def right(requests: Sequence[AnswerRequest]) -> list[ModelAnswer]:
    return [ModelAnswer(expected_text(one), tokens=5) for one in requests]


@pytest.fixture
def run(frozen_example: Workspace, tmp_path: Path) -> Run:
    shutil.copytree(frozen_example.folder.root, tmp_path / "ws")
    return adapter_run(winnow.open(tmp_path / "ws"), "first")


def test_the_suite_of_the_example_is_asked_as_a_whole(task: Task) -> None:
    suite = read_suite(ASSISTANT / "tests.jsonl", task)
    assert (suite.name, suite.given, len(suite.dialogues), suite.refused) == ("tests", 139, 139, [])
    assert len(suite_requests(suite, task)) == 213


def test_wrong_rows_are_refused_with_their_reason(task: Task, tmp_path: Path) -> None:
    good, other = rows_of_example(2)
    call = {"function": {"name": "create_task", "arguments": "{}"}, "id": "c1", "type": "function"}
    broken = [
        {"role": "user", "content": "Milk."},
        {"role": "assistant", "content": "", "tool_calls": [call]},
    ]
    rows: list[dict[str, Any]] = [
        good,
        {**other, "label": None},
        {**other, "label": "delete_task"},
        {**other, "difficulty": "extreme"},
        {"messages": broken, "label": "create_task"},
        {"messages": other["messages"][:1], "label": "create_task"},
        good,
        {**other, "difficulty": "hard"},
    ]
    suite = read_suite(write_jsonl(tmp_path / "my suite.v2.jsonl", rows), task)
    assert (suite.name, [one.row for one in suite.dialogues]) == (suite_name("my suite.v2.jsonl"), [1, 8])
    assert [one.difficulty for one in suite.dialogues] == [None, Difficulty.HARD]
    words = ["no label", "delete_task", "'extreme'", "title", "", "the same dialogue as row 1"]
    assert [one.row for one in suite.refused] == [2, 3, 4, 5, 6, 7]
    assert all(word in one.reason for word, one in zip(words, suite.refused, strict=True))
    assert suite.given == len(suite.dialogues) + len(suite.refused)
    with pytest.raises(WinnowError, match=r"none of 1 row can be asked; row 1: no label"):
        read_suite(write_jsonl(tmp_path / "none.jsonl", rows[1:2]), task)


def test_what_train_has_is_left_out(task: Task, tmp_path: Path) -> None:
    suite = read_suite(write_jsonl(tmp_path / "suite.jsonl", rows_of_example(3)), task)
    kept = without_repeats(suite, lambda texts: ["flour" in text for text in texts])
    assert [one.row for one in kept.dialogues] == [2, 3]
    assert [one.row for one in kept.repeating_train] == [1]
    with pytest.raises(WinnowError, match=r"train has every dialogue"):
        without_repeats(suite, lambda texts: [True] * len(texts))


def small_suite(folder: Path, task: Task) -> Suite:
    rows = rows_of_example(12)
    rows[0]["difficulty"] = "hard"
    return read_suite(write_jsonl(folder / "small.jsonl", rows), task)


def test_a_run_is_measured_by_difficulty_and_the_look_recorded(run: Run, task: Task, tmp_path: Path) -> None:
    suite = small_suite(tmp_path, task)
    first, stored = suite.dialogues[0].record, run.path / "evaluation" / "suite-small.json"

    def answer(requests: Sequence[AnswerRequest]) -> list[ModelAnswer]:
        return [
            ModelAnswer("?") if one.record == first else given
            for one, given in zip(requests, right(requests), strict=True)
        ]

    found = evaluate_suite(run, suite, task, answer)
    assert found.measures == SuiteFacts.model_validate_json(stored.read_bytes())
    assert read_answer_results(run, "suite-small") == found.results
    by_name = {one.difficulty: one for one in found.measures.difficulties}
    assert by_name[Difficulty.HARD].accuracy.value == 0
    assert by_name[Difficulty.EASY].accuracy.value == 1
    assert sum(one.accuracy.rows for one in by_name.values()) == found.measures.answers
    assert found.measures.look == 1
    assert evaluate_suite(run, suite, task, right).measures.look == 2
    with (run.path / "evaluation" / "suite-looks.jsonl").open("a") as looks:
        looks.write('{"at": "2026')
    assert evaluate_suite(run, suite, task, right).measures.look == 4  # a look that was cut off counts
    other = evaluate_suite(run, Suite(**{**vars(suite), "name": "other"}), task, right)
    assert other.measures.look == 2  # only the one that cannot be read may be of this suite
    assert run.looks_at_test() == 0


def test_figures_by_difficulty_count_answers_and_dialogues() -> None:
    results = [
        a_result("1", "create_task", facets={"difficulty": "easy"}),
        a_result("1", "direct", turn=4, passed=3, facets={"difficulty": "easy"}),
        a_result("2", "ask", behavior="create_task", passed=3, facets={"difficulty": "hard"}),
    ]
    easy, hard = by_difficulty(results)
    assert (easy.difficulty, easy.dialogues, easy.accuracy.value, easy.accuracy.rows) == ("easy", 1, 0.5, 2)
    assert (hard.difficulty, hard.accuracy.value) == ("hard", 0)


def test_every_variant_says_the_same_in_another_form(task: Task, tmp_path: Path) -> None:
    (request, *_) = suite_requests(small_suite(tmp_path, task), task)
    written = {name: varied(request, name, task, "test").prompt.system for name in variants_of(task)}
    assert list(written) == list(PromptVariant)
    assert len({request.prompt.system, *written.values()}) == 5
    names = [tool.name for tool in request.dialogue.tools]
    for text in written.values():
        assert all(f"{name}(" in text or f'"{name}"' in text for name in names)
    rules = (ASSISTANT / "system_prompt.txt").read_text().split("{tools}")[0].strip()
    assert all(text.startswith(rules) for text in written.values())
    turned = written[PromptVariant.REVERSED_TOOLS]
    assert sorted(names, key=lambda name: turned.index(f"\n{name}(")) == names[::-1]
    assert TOOLS_HEADING in written[PromptVariant.HEADING]
    assert varied(request, PromptVariant.HEADING, task, "test").expected == request.expected


def test_where_the_system_prompt_documents_the_tools_nothing_varies(task: Task, run: Run, tmp_path: Path) -> None:
    own = task.model_copy(update={"tools_in_prompt": False})
    native = task.model_copy(update={"call_format": "openai_tool_calls"})
    assert variants_of(own) == ()
    assert variants_of(native) == (PromptVariant.REVERSED_TOOLS,)
    requests = suite_requests(small_suite(tmp_path, task), own)
    with pytest.raises(WinnowError, match=r"documents the tools itself"):
        measure_format_sensitivity(run, requests, own, right, asked="validation", split="validation", record_look=print)


def test_answers_that_depend_on_the_form_are_counted(run: Run, task: Task, tmp_path: Path) -> None:
    requests = suite_requests(small_suite(tmp_path, task), task)

    def answer(asked: Sequence[AnswerRequest]) -> list[ModelAnswer]:
        return [ModelAnswer("?" if TOOLS_HEADING in one.prompt.system else expected_text(one)) for one in asked]

    written = run.path / "evaluation" / "format-suite-small.json"
    looks = []
    found = measure_format_sensitivity(
        run, requests, task, answer, asked="suite-small", split="test",
        record_look=lambda one: looks.append((one.answers, written.exists())),
    )  # fmt: skip
    assert looks == [(len(requests), False)]  # recorded before the score is written
    assert written.is_file()
    by_name = {one.variant: one for one in found.variants}
    assert by_name[PromptVariant.HEADING].lost == found.answers == len(requests)
    assert by_name[PromptVariant.JSON_SCHEMA].flipped.value == 0
    assert (found.range, found.flipped.value) == (1, 1)


def test_a_verdict_flips_in_either_direction() -> None:
    def results(*passed: int) -> list[Any]:
        return [a_result(str(place), "create_task", passed=one) for place, one in enumerate(passed)]

    variants = {PromptVariant.HEADING: results(6, 0, 6, 2), PromptVariant.JSON_SCHEMA: results(6, 6, 0, 3)}
    found = compare_variants("run", results(6, 6, 0, 5), variants, asked="validation")
    first, second = found.variants
    assert (first.gained, first.lost, first.flipped.value) == (1, 1, 0.5)
    assert (second.gained, second.lost, second.flipped.value) == (0, 0, 0)
    assert (found.accuracy.value, found.range, found.flipped.value) == (0.5, 0, 0.5)


def test_a_run_of_a_role_is_asked_for_the_answers_of_its_role(task: Task) -> None:
    suite = read_suite(ASSISTANT / "tests.jsonl", task)
    calendar = AgentRole(name="calendar", tools=["create_event", "update_event", "delete_event"])
    requests = suite_requests(suite, task.model_copy(update={"roles": [calendar]}).of_role(calendar))
    assert 0 < len(requests) < 213
    called = {call.name for one in requests for call in one.expected.calls}
    assert called == {"create_event", "update_event", "delete_event"}
    offered = {tool.name for one in requests for tool in prompt_tools(one, task, "test")}
    assert offered == called


def test_suites_of_different_files_have_different_names() -> None:
    files = [
        "tests.jsonl",
        "tests.v2.jsonl",
        "tests v2.jsonl",
        "tests-v2.jsonl",
        "测试.jsonl",
        "套件.jsonl",
        "größe.json",
    ]
    names = [suite_name(one) for one in files]
    assert names[:2] == ["tests", "tests.v2"]
    assert len(set(names)) == len(files)
    assert suite_name("x/tests.jsonl.gz") == "tests"
    assert all(NOT_IN_NAMES.search(one) is None and not one.startswith(".") for one in names)
