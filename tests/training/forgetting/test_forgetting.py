"""Forgetting: the verdict on each side of the margin, and what `deploy` makes of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import winnow
from tests.support.adapter_runs import adapter_run, store_general
from winnow.core.errors import GateError
from winnow.core.evaluation_vocabulary import ForgettingVerdict
from winnow.core.result import Difference, NotMeasured
from winnow.training.forgetting.general_facts import UnaskedCall
from winnow.training.forgetting.judge_forgetting import (
    judge_calls,
    judge_questions,
    judge_references,
    overall_verdict,
    rows_needed,
    verdict_of_change,
)
from winnow.workspace import Workspace

DEGRADES, UNCHANGED, UNKNOWN = ForgettingVerdict


@pytest.mark.parametrize(
    ("change", "low", "high", "verdict"),
    [
        (-0.05, -0.09, -0.01, DEGRADES),
        (-0.05, -0.11, 0.01, UNKNOWN),
        (-0.015, -0.019, -0.01, UNCHANGED),
        (-0.015, -0.03, -0.001, UNKNOWN),
        (-0.02, -0.03, -0.01, UNKNOWN),
        (0.01, -0.02, 0.04, UNCHANGED),
        (0.10, 0.05, 0.15, UNCHANGED),
    ],
)
def test_a_loss_has_to_be_shown_and_so_has_its_absence(
    change: float, low: float, high: float, verdict: ForgettingVerdict
) -> None:
    assert verdict_of_change(Difference(change, low, high), margin=0.02) == verdict


def test_questions_are_compared_row_by_row() -> None:
    before, after = [True] * 80 + [False] * 20, [True] * 70 + [False] * 10 + [True] * 1 + [False] * 19
    found = judge_questions(before, after, margin=0.02)
    assert not isinstance(found, NotMeasured)
    assert (found.before.value, found.after.value, found.lost, found.gained) == (0.8, 0.71, 10, 1)
    assert found.change.difference == pytest.approx(-0.09)
    assert found.p_value == pytest.approx(2 * (1 + 11) / 2**11)  # 0 or 1 of 11, on either side
    assert found.verdict == DEGRADES
    assert isinstance(judge_questions([], [], margin=0.02), NotMeasured)


def test_reference_answers_are_compared_by_their_probability() -> None:
    found = judge_references([0.5, 0.6, 0.7, 0.8] * 5, [0.3, 0.4, 0.5, 0.6] * 5, margin=0.02)
    assert not isinstance(found, NotMeasured)
    assert (found.before, found.after) == (pytest.approx(0.65), pytest.approx(0.45))
    assert found.change.difference == pytest.approx(-0.2)
    assert found.verdict == DEGRADES
    same = judge_references([0.5] * 20, [0.5] * 20, margin=0.02)
    assert not isinstance(same, NotMeasured)
    assert (same.verdict, same.p_value) == (UNCHANGED, 1)


def test_calls_without_tools_are_counted() -> None:
    calls = [UnaskedCall(row=row, answer="```json") for row in range(4)]
    found = judge_calls(calls, 40, margin=0.02)
    assert not isinstance(found, NotMeasured)
    assert (found.share.value, found.verdict) == (0.1, DEGRADES)  # at least 4.0 %, Wilson
    one = judge_calls(calls[:1], 40, margin=0.02)
    none = judge_calls([], 200, margin=0.02)
    assert not isinstance(one, NotMeasured)
    assert not isinstance(none, NotMeasured)
    assert (one.verdict, none.verdict) == (UNKNOWN, UNCHANGED)


def test_one_loss_is_enough_and_all_must_show_none() -> None:
    assert overall_verdict([UNCHANGED, DEGRADES, UNKNOWN]) == DEGRADES
    assert overall_verdict([UNCHANGED, UNKNOWN]) == UNKNOWN
    assert overall_verdict([UNCHANGED, UNCHANGED]) == UNCHANGED
    assert overall_verdict([]) == UNKNOWN


def test_the_rows_needed_are_the_fewest_that_show_it() -> None:
    needed = rows_needed(0.02)
    assert needed == 189
    for rows, verdict in ((needed, UNCHANGED), (needed - 1, UNKNOWN)):
        found = judge_questions([True] * rows, [True] * rows, margin=0.02)
        assert not isinstance(found, NotMeasured)
        assert found.verdict == verdict
    assert rows_needed(0) is None


@pytest.fixture
def ws(frozen_example: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(frozen_example.folder.root, tmp_path / "ws")
    return winnow.open(tmp_path / "ws")


def test_deploy_asks_for_a_measurement_or_a_reason(ws: Workspace) -> None:
    run = adapter_run(ws, "first")
    with pytest.raises(GateError, match=r"not measured.*fix: ws\.evaluate_general") as error:
        ws.deploy(run.id, by="ann", reason="better")
    assert error.value.exit_code == 1
    store_general(run, lost=20)
    with pytest.raises(GateError, match=r"questions -20\.0 points; expected: a loss of at most 2 points"):
        ws.deploy(run.id, by="ann", reason="better")
    assert ws.deployments() == []
    made = ws.deploy(run.id, by="ann", reason="better", accept_forgetting="only tools are asked").deployment
    assert made.reason == "better (forgetting accepted: only tools are asked)"


@pytest.mark.parametrize("lost", [0, 3])
def test_deploy_needs_no_reason_where_no_loss_is_shown(ws: Workspace, lost: int) -> None:
    run = adapter_run(ws, "first")
    store_general(run, lost=lost)
    assert ws.deploy(run.id, by="ann", reason="better", accept_forgetting="not needed").deployment.reason == "better"


def test_the_margin_of_the_task_counts_and_not_that_of_the_measurement(ws: Workspace) -> None:
    run = adapter_run(ws, "first")
    store_general(run, lost=20)
    task = ws.folder.task_file
    task.write_text(task.read_text() + "\ngeneral_loss_max: 0.25\n")
    assert ws.deploy(run.id, by="ann", reason="better").new


def test_the_measurement_of_another_run_does_not_count(ws: Workspace) -> None:
    measured, other = adapter_run(ws, "first"), adapter_run(ws, "first", seed=1)
    store_general(measured, lost=0)
    shutil.copytree(measured.path / "evaluation", other.path / "evaluation")
    with pytest.raises(GateError, match=r"not measured"):
        ws.deploy(other.id, by="ann", reason="better")
    (measured.path / "evaluation" / "general.json").write_text("{")
    with pytest.raises(GateError, match=r"not measured"):
        ws.deploy(measured.id, by="ann", reason="better")


def test_runs_that_predict_labels_are_deployed_as_before(ws: Workspace) -> None:
    assert ws.deploy(adapter_run(ws, "first", call_format="").id, by="ann", reason="better").new
