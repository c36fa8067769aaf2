"""Decisions about runs that call tools: the same rules, with all six levels as accuracy and dialogues as units."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pytest

from tests.support.adapter_runs import adapter_run, store_general
from tests.support.answer_results import an_answer, an_error
from tests.support.tool_evaluations import a_tool_evaluation
from tests.support.tool_runs import a_run
from winnow.core.result import NotMeasured
from winnow.training.evaluation.tools.answer_results import AnswerResult, write_answer_results
from winnow.training.evaluation.tools.stored_answers import stored_tool_measures
from winnow.training.monitoring.accuracy_gain import AccuracyGain
from winnow.training.monitoring.decision_context import DecisionContext
from winnow.training.monitoring.recommend import recommend
from winnow.training.monitoring.rule_conditions import SourcedValue
from winnow.training.monitoring.rules import RuleInputs
from winnow.training.monitoring.select_candidate import select_candidate
from winnow.training.monitoring.stored_evidence import evidence_of
from winnow.training.monitoring.tool_staleness import answer_newer_validation
from winnow.training.run_facts import LinearRunFacts, ReleaseReference
from winnow.training.runs import Run
from winnow.validators.kinds.tools import TOOLS
from winnow.workspace import Workspace


@pytest.fixture
def workspace(frozen_assistant: Path, tmp_path: Path) -> Workspace:
    return Workspace.find(Path(shutil.copytree(frozen_assistant, tmp_path / "ws")))


def some_answers(workspace: Workspace, wrong: Sequence[int]) -> list[AnswerResult]:
    """Two answers in each of the ten validation dialogues; those of some dialogues are wrong."""
    error = an_error("wrong_value", tool="create_task", argument="title")
    ids = [str(one) for one in workspace.release("first").rows("validation")["id"]]
    return [
        an_answer(record, "create_task", None, *([error] if i in wrong else []), turn=turn)
        for i, record in enumerate(ids)
        for turn in (2, 4)
    ]


def evaluated(workspace: Workspace, run: Run, wrong: Sequence[int]) -> Run:
    """A run with stored answers and measures, as evaluate leaves it."""
    results = some_answers(workspace, wrong)
    goals = dict(workspace._context.task.goals)
    facts = a_tool_evaluation(run, workspace.release("first"), results, goals=goals).measures
    write_answer_results(run, "validation", results)
    (run.path / "evaluation" / "validation.json").write_text(json.dumps(facts.model_dump(mode="json")))
    return run


def test_a_single_run_has_nothing_to_be_compared_with(workspace: Workspace) -> None:
    adapter = adapter_run(workspace, "first")
    assert workspace.decide().decision.next == f"winnow evaluate {adapter.id}"
    evaluated(workspace, adapter, [0])
    found = workspace.decide()
    assert (found.role, found.candidate) == ("no baseline", adapter.id)
    assert isinstance(found.accuracy_gain, NotMeasured)
    assert "no other one is simpler" in found.accuracy_gain.why
    assert found.decision.recommended_action == "collect"  # 78 labeled dialogues
    assert not isinstance(found.findings, NotMeasured)
    assert "wrong_arguments" in found.findings.not_measured  # too few dialogues


def test_a_gain_is_paired_and_counts_dialogues(workspace: Workspace) -> None:
    release = workspace.release("first")
    rules = evaluated(workspace, a_run(workspace.folder.runs, release, "rules", []), range(8))
    workspace._context.record_run(rules)
    adapter = evaluated(workspace, adapter_run(workspace, "first"), [9])
    found = workspace.decide()
    assert (found.baseline, found.role, found.candidate) == (rules.id, "imported", adapter.id)
    gain = found.accuracy_gain
    assert isinstance(gain, AccuracyGain)
    assert (gain.rows, gain.only_candidate_right, gain.only_baseline_right) == (24, 16, 2)
    assert gain.p_value == pytest.approx(0.0390625)  # eight dialogues are better and one is worse: binomial, 1 of 9
    compared = workspace.compare([rules.id, adapter.id]).comparison.facts.pairs[0]
    assert gain.accuracy == compared.accuracy.difference
    assert found.decision.recommended_action == "fix"
    assert "what it forgets of general instructions is not measured" in found.decision.reason
    assert found.decision.next == f"winnow evaluate {adapter.id} --general FILE"
    store_general(adapter, lost=20)
    assert "degrades on general.jsonl" in workspace.decide().decision.reason
    store_general(adapter, lost=0)
    assert workspace.decide().decision.recommended_action in ("deploy", "collect")
    assert not isinstance(found.goals, NotMeasured)
    assert {one.goal for one in found.goals} == set(workspace._context.task.goals)
    assert not adapter.looks_at_test()


def test_figures_that_are_not_those_of_the_answers_do_not_count(workspace: Workspace) -> None:
    adapter = evaluated(workspace, adapter_run(workspace, "first"), [0])
    assert not isinstance(stored_tool_measures(adapter), NotMeasured)
    write_answer_results(adapter, "validation", some_answers(workspace, []))
    found = stored_tool_measures(adapter)
    assert isinstance(found, NotMeasured)
    assert "not those of the stored answers" in found.why


def test_a_run_of_a_role_is_not_asked_about_a_task_without_it(workspace: Workspace, tmp_path: Path) -> None:
    told = {"run": "old", "method": "adapter", "settings": {"role": "sky"}}
    found = answer_newer_validation(
        Run(tmp_path / "old", LinearRunFacts.model_construct(**told)), workspace.release("first")
    )
    assert found == NotMeasured("the task of first has no role sky")


def test_without_a_baseline_the_base_model_is_made_one() -> None:
    unknown = SourcedValue(NotMeasured("nobody measured it"), "a test")
    figures = RuleInputs(**{field.name: unknown for field in fields(RuleInputs)})
    context = DecisionContext(
        baseline="no baseline", candidate="new", make_baseline="winnow train first --method prompt", fix_command="other"
    )
    found = recommend(figures, context)
    assert (found.recommended_action, found.next) == ("train", "winnow train first --method prompt")
    assert "no baseline to compare new with" in found.reason


def test_the_base_model_is_the_simplest_run(tmp_path: Path) -> None:
    of_release = ReleaseReference(name="r", sha256="r", path="../r")

    def run(name: str, method: str) -> Run:
        told = {"run": name, "method": method, "release": of_release, "trained_at": "2026-01-01"}
        return Run(tmp_path / name, LinearRunFacts.model_construct(**told))

    runs = [run("base", "prompt"), run("tuned", "adapter")]
    found = select_candidate(runs, deployed=None, release="r", wanted=None, evidence=evidence_of(TOOLS))
    assert found.baseline is not None
    assert found.candidate is not None
    assert (found.role, found.baseline.run.id, found.candidate.run.id) == ("simplest run", "base", "tuned")
