"""Findings about answers are shown on the page and on the terminal, with the command, and nothing in their place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.answer_results import an_error, answers
from tests.support.tool_evaluations import a_tool_evaluation
from tests.support.tool_runs import a_run
from winnow.cli.render.tool_evaluation_view import print_tool_evaluation
from winnow.curation.releases.release import open_release
from winnow.reports.tool_evaluation_page import tool_evaluation_page
from winnow.training.diagnostics.tools.diagnose_answers import diagnose_answers
from winnow.training.diagnostics.tools.read_answer_context import read_answer_context

COMMAND = "winnow generate dialogues --tool create_task --count 30"


def test_findings_are_shown_with_their_command(
    frozen_assistant: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = open_release(frozen_assistant / ".winnow" / "releases" / "first")
    wrong = an_error("wrong_value", tool="create_task", argument="<b>title</b>")
    results = [
        *answers("w", 10, "create_task", "create_task", wrong),
        *answers("r", 20, "create_task", "create_task"),
    ]
    run = a_run(tmp_path / "runs", release, "base", results)
    without = a_tool_evaluation(run, release, results, goals={})
    shown = replace(without, findings=diagnose_answers(results, read_answer_context(run, release)))
    page = tool_evaluation_page(shown)
    assert COMMAND in page
    assert "<b>title" not in page  # escaped
    print_tool_evaluation(shown)
    assert COMMAND in capsys.readouterr().out
    print_tool_evaluation(without)
    assert "finding" not in capsys.readouterr().out
    assert "Findings" not in tool_evaluation_page(without)
