"""`evaluate --suite` and `--format-sensitivity` with a real model: a base model of random weights, asked as it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import winnow
from tests.support.commands import run_winnow
from tests.support.dialogues import dialogue
from tests.support.files import write_jsonl
from winnow.cli.render.suite_view import print_format_sensitivity, print_suite
from winnow.core.errors import WinnowError
from winnow.training.suites.suite_facts import FormatSensitivity, SuiteFacts
from winnow.workspace import Workspace


@pytest.fixture
def asked(frozen_dialogues: Workspace, tiny_chat: Path, tmp_path: Path) -> tuple[Workspace, str]:
    """A workspace and the id of a run of a base model in it."""
    shutil.copytree(frozen_dialogues.folder.root, tmp_path / "ws")
    ws = winnow.open(tmp_path / "ws")
    run, _ = ws.train("first", method="prompt", settings={"backend": "local", "model": str(tiny_chat)})
    return ws, run.id


def suite(folder: Path) -> Path:
    rows: list[dict[str, Any]] = [
        dialogue("What is the weather in Rome?", "Rome", result="0 degrees", label="weather"),  # train has it
        dialogue("Do I need an umbrella in Bergen today?", "Bergen", label="weather"),
        dialogue("Any traffic jams around Nairobi?", "Nairobi", tool="traffic", label="traffic", difficulty="hard"),
        dialogue("Will it snow?", "Bergen"),
    ]
    return write_jsonl(folder / "apart.jsonl", rows)


def test_a_run_is_measured_on_a_suite(
    asked: tuple[Workspace, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ws, run = asked
    shown = run_winnow("evaluate", run, "--suite", suite(tmp_path), "--json", cwd=ws.folder.root)
    assert shown.returncode == 0, shown.stderr
    found = SuiteFacts.model_validate_json(shown.stdout)
    assert [one.row for one in found.repeating_train] == [1]
    assert [one.row for one in found.refused] == [4]
    assert (found.answers, found.look, {one.difficulty for one in found.difficulties}) == (4, 1, {"easy", "hard"})
    answers = (ws.folder.runs / run / "evaluation" / "suite-apart-answers.jsonl").read_text().splitlines()
    assert [json.loads(line)["expected"] for line in answers] == ["weather", "direct", "traffic", "direct"]
    print_suite(ws.evaluate_suite(run, suite(tmp_path)).measures)
    printed = capsys.readouterr().out
    assert "1 row is left out, because train has them" in printed
    assert "look 2 at it" in printed


def test_a_run_is_asked_with_prompts_in_another_form(
    asked: tuple[Workspace, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ws, run = asked
    looks = ws.folder.runs / run / "evaluation" / "suite-looks.jsonl"
    before = looks.read_text() if looks.exists() else ""
    measured = ws.evaluate_format_sensitivity(run, suite=suite(tmp_path))
    assert (measured.asked, measured.answers, len(measured.variants)) == ("suite-apart", 4, 4)
    assert ws.run(run).read_looks() == []
    assert json.loads(looks.read_text().removeprefix(before))["suite"] == "apart"
    shown = run_winnow("evaluate", run, "--format-sensitivity", "--json", cwd=ws.folder.root)
    found = FormatSensitivity.model_validate_json(shown.stdout)
    assert found.asked == "validation"
    assert [look.split for look in ws.run(run).read_looks()] == ["validation"]
    print_format_sensitivity(found)
    assert "reversed tools" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        (["--general", "g.jsonl", "--suite", "s.jsonl"], "--suite"),
        (["--general", "g.jsonl", "--format-sensitivity"], "--format-sensitivity"),
        (["--suite", "s.jsonl", "--latency"], "--latency"),
        (["--suite", "s.jsonl", "--split", "test"], "--split"),
        (["--suite", "s.jsonl", "--format-sensitivity", "--split", "test"], "--split"),
        (["--format-sensitivity", "--learning-curve"], "--learning-curve"),
    ],
)
def test_options_without_effect_are_refused(options: list[str], refused: str) -> None:
    from typer.testing import CliRunner

    from winnow.cli.main import app

    found = CliRunner().invoke(app, ["evaluate", "RUN", *options])
    assert isinstance(found.exception, WinnowError)
    assert [one.where for one in found.exception.problems] == [refused]
