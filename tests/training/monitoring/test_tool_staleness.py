"""How a run that calls tools answers in the validation of a newer release: asked for once, and counted as a look."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.tool_runs import a_run
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import Release
from winnow.training import methods
from winnow.training.evaluation.tools.answer_results import read_answer_results
from winnow.training.monitoring.tool_staleness import answer_newer_validation
from winnow.training.runs import NO_MODEL, Run
from winnow.workspace import Workspace

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def newer(frozen_dialogues: Workspace) -> Release:
    return frozen_dialogues.release("first")


@pytest.fixture
def base(tiny_chat: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_chat, tmp_path / "base"))


@pytest.fixture
def run(newer: Release, base: Path, tmp_path: Path) -> Run:
    settings = {"backend": "local", "model": str(base)}
    return methods.train(newer, tmp_path / "runs", method="prompt", seed=0, settings=settings).run


def test_the_model_is_asked_once_and_the_look_is_recorded(run: Run, newer: Release, base: Path) -> None:
    rows = answer_newer_validation(run, newer)
    assert not isinstance(rows, NotMeasured)
    stored = read_answer_results(run, f"validation-of-{newer.sha256[:16]}")
    assert set(rows) == {one.key for one in stored}
    (look,) = run.read_looks()
    assert (look.split, look.rows) == ("validation", len(stored))
    assert look.accuracy == sum(one.is_right for one in stored) / len(stored)
    shutil.rmtree(base)
    assert answer_newer_validation(run, newer) == rows
    assert len(run.read_looks()) == 1


def test_answers_that_were_cut_off_are_asked_again(run: Run, newer: Release) -> None:
    rows = answer_newer_validation(run, newer)
    path = run.path / "evaluation" / f"validation-of-{newer.sha256[:16]}-answers.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert answer_newer_validation(run, newer) == rows


def test_imported_answers_have_no_model_to_ask(newer: Release, tmp_path: Path) -> None:
    imported = a_run(tmp_path, newer, "other", [])
    assert answer_newer_validation(imported, newer) == NotMeasured(NO_MODEL)
