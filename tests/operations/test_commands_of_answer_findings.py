"""Every command that a finding about answers recommends runs as it is printed."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
import typer

from tests.support.answer_results import an_error, answers
from tests.support.assistants import small_assistant
from tests.support.commands import run_winnow
from winnow.cli.main import app
from winnow.core.result import Difference, NotMeasured
from winnow.training.diagnostics.issue import EpochLosses
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.diagnostics.tools.diagnose_answers import diagnose_answers

if TYPE_CHECKING:
    from tests.fakes.claude.server import Claude

FORGOTTEN = Difference(-0.2, -0.3, -0.1)

CONTEXT = AnswerContext("r", "r", "models/a b", {"create_task", "create_event"}, EpochLosses(0.1, 0.9), FORGOTTEN)


def commands() -> set[str]:
    """One command of each diagnostic."""
    tool, other, wrong = "create_task", "create_event", an_error("wrong_value", tool="create_task", argument="title")
    results = [*answers("w", 9, tool, tool, wrong), *answers("p", 9, tool, other, an_error("wrong_tool"))]
    results += [*answers("d", 20, tool, "ask", an_error("did_not_call", tool=tool)), *answers("r", 11, tool, tool)]
    results += [*answers("m", 1, "send_email", tool, an_error("wrong_tool")), *answers("e", 1, other, other)]
    for behavior in ("direct", "ask", "unable"):
        results += answers(behavior, 20, behavior, tool, an_error("called", tool=tool))
    results += answers("q", 20, "ask", "direct", an_error("did_not_ask"))
    results += answers("c", 40, "direct", "direct", an_error("not_finished"))
    return {one.command for one in diagnose_answers(results, CONTEXT).found}


def words_of(line: str) -> list[str]:
    program, *words = shlex.split(line)
    assert program == "winnow"
    return words


def test_all_options_and_choices_exist() -> None:
    found = commands()
    assert {" ".join(words_of(line)[:2]) for line in found} == {
        "generate dialogues",
        "generate contrasts",
        "generate variations",
        "check --for",
        "add FILE",
    }
    assert len(found) == 9  # dialogues twice, each with its count; contrasts of a pair and by three rules
    for line in found:
        group: click.Command = typer.main.get_command(app)
        words = words_of(line)
        while isinstance(group, click.Group):
            _name, group, words = group.resolve_command(click.Context(group), words)
            assert group is not None, line
        group.make_context(group.name, words)  # raises UsageError


@pytest.mark.slow
def test_commands_run_as_printed(claude: Claude, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = small_assistant(tmp_path / "ws", every=12)
    environment = {**os.environ, "ANTHROPIC_API_KEY": claude.key, "ANTHROPIC_BASE_URL": claude.url}
    for line in commands():
        words = words_of(line)
        if words[0] != "generate":
            continue  # the file and the model are not here
        asks_a_model = "dialogues" in words or "--pair" in words
        ended = run_winnow(*words, *(["--dry-run"] * asks_a_model), cwd=workspace.folder.root, env=environment)
        assert ended.returncode == 0, (line, ended.stderr)


def test_a_model_that_is_not_known_is_a_placeholder() -> None:
    context = AnswerContext("r", "r", "", set(), NotMeasured("no"), NotMeasured("no"))
    cut = answers("c", 40, "direct", "direct", an_error("not_finished"))
    assert [one.command for one in diagnose_answers(cut, context).found] == ["winnow check --for MODEL"]
