"""Evaluating runs on a release of dialogues: a random model as it is, and answers that another system gave."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.support.commands import run_winnow
from tests.support.tool_runs import a_run
from winnow.cli.evaluations import EVALUATION_VIEWS
from winnow.core.errors import GateError, WinnowError
from winnow.core.result import Difference, NotMeasured
from winnow.curation.releases.release import Release, open_release
from winnow.operations.evaluate import evaluate_run
from winnow.training.answering.answer_request import AnswerRequest, requests_of_rows
from winnow.training.answering.expected_answer import expected_text
from winnow.training.evaluation.goals import judge_goals
from winnow.training.evaluation.learning_curve import SHARES, measure_learning_curve, stored_learning_curve
from winnow.training.evaluation.tools.answer_results import read_answer_results
from winnow.training.evaluation.tools.evaluate_tools import evaluate_tools, learned_requests, trained_tools
from winnow.training.evaluation.tools.tool_evaluation import ToolEvaluation
from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts
from winnow.training.imported_runs.imported_answers import ANSWERS_FILE, ImportedAnswer, write_imported_answers
from winnow.training.methods import train
from winnow.training.runs import Run
from winnow.workspace import Workspace

BROKEN = "```json\n{"
"""An answer that the call format cannot read."""


@pytest.fixture(scope="module")
def workspace(frozen_dialogues: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("evaluated") / "ws"
    shutil.copytree(frozen_dialogues.folder.root, folder)
    return Workspace.find(folder)


@pytest.fixture(scope="module")
def release(workspace: Workspace) -> Release:
    return workspace.release("first")


@pytest.fixture(scope="module")
def base(workspace: Workspace, release: Release, tiny_chat: Path) -> Run:
    """The random model as it is."""
    settings = {"backend": "local", "model": str(tiny_chat)}
    embedder = workspace._context.embedder()
    return train(release, workspace.folder.runs, method="prompt", seed=0, settings=settings, embedder=embedder).run


def answered(release: Release, folder: Path, name: str, *, wrong: int = 0, split: str = "validation") -> Run:
    """An imported run that gives the expected answers, except for some at the beginning."""
    run = a_run(folder, release, name, [], split=split)
    requests = requests_of_rows(release.rows(split), release.task(), split)
    answers = [_imported(one, BROKEN if number < wrong else expected_text(one)) for number, one in enumerate(requests)]
    write_imported_answers(answers, run.path / ANSWERS_FILE)
    return run


def _imported(request: AnswerRequest, text: str) -> ImportedAnswer:
    return ImportedAnswer(key=request.key, answer=text, finished=True)


def test_a_model_is_asked_for_every_answer_and_all_results_are_stored(base: Run, workspace: Workspace) -> None:
    evaluation, page = evaluate_run(base, split="validation")
    assert isinstance(evaluation, ToolEvaluation)
    measures = evaluation.measures
    assert (measures.answers, measures.dialogues) == (15, 9)
    stored = json.loads((base.path / "evaluation" / "validation.json").read_text())
    assert ToolEvaluationFacts.model_validate(stored) == measures
    assert read_answer_results(base, "validation") == evaluation.results
    assert page.read_text().count("<h2>Six levels</h2>") == 1
    (look,) = base.read_looks()
    assert (look.split, look.accuracy, look.rows) == ("validation", measures.accuracy.value, 15)
    assert measures.suggested_goals is not None
    assert [one.goal for one in measures.suggested_goals] == ["selection", "valid", "no_call_precision"]
    assert base.looks_at_test() == 0


def test_the_expected_answers_pass_all_levels(release: Release, tmp_path: Path) -> None:
    run = answered(release, tmp_path, "perfect")
    measures = evaluate_tools(run, release, goals={"valid": 0.5}).measures
    assert measures.accuracy.value == 1
    assert not measures.has_errors
    assert [(one.goal, one.verdict) for one in measures.goals] == [("valid", "met")]
    assert measures.suggested_goals is None
    assert {
        str(one.group): one.accuracy.rows for one in measures.groups if not isinstance(one.accuracy, NotMeasured)
    } == {
        "known_tools": 6,
        "after_result": 6,
    }


def test_slices_are_those_of_the_release_and_of_the_origin(release: Release, tmp_path: Path) -> None:
    measures = evaluate_tools(answered(release, tmp_path, "facets"), release).measures
    kinds = {one.slice for one in measures.slices}
    assert {"origin", "turns", "difficulty", "tools_offered", "length"} <= kinds
    assert sum(one.rows for one in measures.slices if one.slice == "origin") == measures.answers


def test_only_calls_that_train_learns_make_a_tool_known(release: Release) -> None:
    assert trained_tools(release) == {"weather", "traffic"}


def test_the_terminal_and_json_show_the_same_evaluation(workspace: Workspace, release: Release) -> None:
    run = answered(release, workspace.folder.runs, "half", wrong=5)
    folder = workspace.folder.root
    shown = run_winnow("evaluate", run.id, cwd=folder)
    assert shown.returncode == 0, shown.stderr
    assert "15 answers of 9 dialogues" in shown.stdout
    assert "6 right values" in shown.stdout
    printed = json.loads(
        run_winnow("evaluate", run.id, "--json", "--split", "validation", cwd=workspace.folder.root).stdout
    )
    report = printed.pop("report")
    assert ToolEvaluationFacts.model_validate(printed).accuracy.value == pytest.approx(10 / 15)
    assert Path(report).is_file()


def test_labels_show_no_goal_of_calls() -> None:
    labels = ["direct"] * 60
    goals = {"accuracy": 0.5, "selection": 0.9, "recall.direct": 0.1}
    found = judge_goals(goals, labels, labels, labels=["direct"], fallback=None, seed=0)
    verdicts = {one.goal: str(one.verdict) for one in found}
    assert verdicts == {"accuracy": "met", "selection": "not enough evidence", "recall.direct": "met"}


def test_another_release_is_refused(release: Release, tmp_path: Path) -> None:
    run = answered(release, tmp_path, "other")
    changed = shutil.copytree(release.path, tmp_path / "changed")
    manifest = changed / "manifest.json"
    manifest.write_text(manifest.read_text() + "\n")
    with pytest.raises(GateError, match=r"evaluate on the run's own release"):
        evaluate_tools(run, open_release(changed, checked=False))


def test_a_split_whose_answers_nobody_learns_is_refused(release: Release) -> None:
    rows = release.rows("validation")
    untrained = [
        json.dumps([{**turn, "train": False} if turn["role"] == "assistant" else turn for turn in json.loads(messages)])
        for messages in rows["messages"]
    ]
    with pytest.raises(WinnowError, match=r"no answer of the assistant that is learned in 9 validation dialogues"):
        learned_requests(rows.assign(messages=untrained), release.task(), "validation", release.name)


def test_the_learning_curve_counts_answers_and_selection(
    base: Run, release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    curve = measure_learning_curve(base, release)
    assert not isinstance(curve, NotMeasured)
    assert [one.share for one in curve.points] == list(SHARES)
    assert {one.accuracy.rows for one in curve.points} == {15}
    assert all(one.selection is not None for one in curve.points)
    assert isinstance(curve.gain_of_doubling, Difference)
    assert stored_learning_curve(base) == curve
    evaluation, page = evaluate_run(base, split="validation")
    assert evaluation.measures.learning_curve == curve
    assert page.read_text().count(">tool selection</th>") == 1
    EVALUATION_VIEWS[type(evaluation.measures)](evaluation)
    assert re.search(r"share of train +rows .* tool selection", capsys.readouterr().out)
