"""The page and the terminal view of a run that calls tools."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.measured_answers import a_result, an_error
from tests.support.tool_evaluations import a_tool_evaluation
from winnow.cli.render.tool_evaluation_view import print_tool_evaluation
from winnow.core.answer_vocabulary import AnswerErrorType
from winnow.reports.tool_evaluation_page import write_tool_evaluation
from winnow.training.evaluation.evaluation_facts import Latency
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.tool_evaluation import ToolEvaluation
from winnow.workspace import Workspace

NASTY = "</pre><script>alert(1)</script>"


def some_results() -> list[AnswerResult]:
    """Forty right answers, and one of each of three errors."""
    right = [a_result(f"d{n}", ("create_task", "create_event", "ask", "direct")[n % 4]) for n in range(40)]
    wrong_tool = an_error(AnswerErrorType.WRONG_TOOL, detail=NASTY)
    return [
        *right,
        a_result("w1", "create_task", "create_event", passed=4, errors=[wrong_tool]),
        a_result("w2", "ask", "create_task", passed=3, errors=[an_error(AnswerErrorType.CALLED, tool="create_task")]),
        a_result("w3", "create_event", "malformed", passed=0, errors=[an_error(AnswerErrorType.MALFORMED)]),
    ]


@pytest.fixture(scope="module")
def evaluation(trained_example: tuple[Workspace, str]) -> ToolEvaluation:
    workspace, run = trained_example
    goals = {"valid": 0.98, "selection": 0.2, "recall.ask": 0.5}
    return a_tool_evaluation(workspace.run(run), workspace.release("first"), some_results(), goals=goals)


@pytest.mark.parametrize("width", [1440, 834, 390])
def test_the_page_stands_alone_and_fits_every_screen(
    browser: Any, evaluation: ToolEvaluation, tmp_path: Path, width: int
) -> None:
    path = write_tool_evaluation(evaluation, tmp_path / "page.html")
    page = browser.new_page(viewport={"width": width, "height": 900})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("request", lambda request: problems.append(request.url) if path.name not in request.url else None)
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    assert problems == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".grid svg rect.d").count() == 4
    assert page.locator(".grid svg rect.e").count() == 3
    levels = page.locator("h2:has-text('Six levels') ~ .panel").first.locator("tr").all_inner_texts()
    assert [line.split("\t")[0] for line in levels[1:]] == [
        "valid format",
        "valid schema",
        "no invented tool",
        "right number of calls",
        "right tools",
        "right values",
    ]
    wrong = page.locator("details", has_text="wrong tool")
    assert not wrong.locator(".example").is_visible()
    wrong.locator("summary").click()
    assert NASTY in wrong.locator(".example").inner_text()
    assert page.locator(".goals .verdict").all_inner_texts() == ["not enough evidence", "met", "met"]
    page.close()


def test_without_goals_the_usual_ones_are_shown_as_such(evaluation: ToolEvaluation, tmp_path: Path) -> None:
    without = a_tool_evaluation(evaluation.run, evaluation.release, some_results(), goals={})
    page = write_tool_evaluation(without, tmp_path / "page.html").read_text()
    assert "<h2>Usual goals</h2>" in page
    assert "<h2>Goals</h2>" not in page
    assert without.measures.suggested_goals is not None
    assert [one.goal for one in without.measures.suggested_goals] == [
        "selection",
        "valid",
        "pairs",
        "no_call_precision",
    ]


def test_the_terminal_shows_goals_then_levels_then_errors(
    evaluation: ToolEvaluation, capsys: pytest.CaptureFixture[str]
) -> None:
    print_tool_evaluation(evaluation)
    printed = capsys.readouterr().out
    order = [
        "43 answers of 43 dialogues",
        "selection",
        "6 right values",
        "no-call precision",
        "called when it should not",
    ]
    places = [printed.index(text) for text in order]
    assert places == sorted(places)
    assert "unseen tools: all levels" in printed


def test_the_speed_of_answers_is_shown_in_tokens(
    evaluation: ToolEvaluation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    latency = Latency(
        p50_seconds=1.5,
        p95_seconds=2.5,
        single_queries=20,
        queries_per_second=0.4,
        bulk_queries=40,
        tokens_per_second=31.25,
        load_seconds=1.0,
        peak_memory_bytes=2**30,
        machine="x86_64",
        cores=2,
        node="here",
        load_average=0.5,
        busy=False,
        at="2026-11-30T00:00:00Z",
    )
    timed = replace(evaluation, measures=evaluation.measures.model_copy(update={"latency": latency}))
    print_tool_evaluation(timed)
    assert "one answer  1500.0 ms, p95 2500.0 ms  31.2 tokens per second in bulk" in capsys.readouterr().out
    page = write_tool_evaluation(timed, tmp_path / "page.html").read_text()
    assert "One answer at a time: 1500.0 ms" in page
    assert "In batches 31.2 tokens per second." in page
