"""Goals of tasks of kind tools: what each counts, and verdicts that respect dialogues."""

from __future__ import annotations

import pytest

from tests.support.measured_answers import a_result
from winnow.config.load import parse_task
from winnow.config.task import TOOL_GOALS, Task
from winnow.core.errors import WinnowError
from winnow.core.model_vocabulary import GoalStatus
from winnow.training.evaluation.evaluation_facts import GoalVerdict, RowsNeeded
from winnow.training.evaluation.goals import judge_share
from winnow.training.evaluation.tools.answer_goals import judge_answer_goals, judge_clustered
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.validators.kinds import with_known_tools
from winnow.validators.stats.clustered_share import ClusterCount

TASK = parse_task("name: t\nkind: tools\ntools: t.json\nconfusable: [[a, b]]\n")

ANSWERS = [
    a_result("d1", "a", arguments=(1, 1)),
    a_result("d2", "a", "b", passed=4, arguments=(0, 3)),
    a_result("d3", "c", passed=1, arguments=(0, 1)),
    a_result("d4", "ask", "c", passed=3),
    a_result("d5", "ask"),
    a_result("d6", "b", "malformed", passed=0, arguments=(0, 1)),
    a_result("d7", "c", "direct", passed=3, arguments=(0, 1)),
]


def judged(name: str, results: list[AnswerResult] = ANSWERS, task: Task = TASK) -> GoalVerdict:
    (verdict,) = judge_answer_goals({name: 0.5}, results, task)
    return verdict


@pytest.mark.parametrize(
    ("name", "share", "rows"),
    [
        ("valid", 6 / 7, 7),
        ("schema", 5 / 7, 7),
        ("selection", 2 / 5, 5),
        ("arguments", 1 / 7, 7),
        ("values", 1 / 5, 5),
        ("accuracy", 2 / 7, 7),
        ("pairs", 1 / 3, 3),
        ("no_call_precision", 1 / 2, 2),
        ("no_call_recall", 1 / 2, 2),
        ("recall.ask", 1 / 2, 2),
        ("precision.ask", 1, 1),
        ("recall.c", 1 / 2, 2),
        ("precision.c", 1 / 2, 2),
    ],
)
def test_every_goal_counts_its_answers(name: str, share: float, rows: int) -> None:
    verdict = judged(name)
    assert (verdict.measured, verdict.rows) == (pytest.approx(share), rows)


def test_every_goal_that_a_task_may_have_is_judged() -> None:
    assert [one.goal for one in judge_answer_goals(dict.fromkeys(TOOL_GOALS, 0.5), ANSWERS, TASK)] == list(TOOL_GOALS)


@pytest.mark.parametrize("hits", [0, 40, 88, 90, 95, 99, 100])
@pytest.mark.parametrize("goal", [0.8, 0.9, 0.98, 1.0])
def test_with_one_answer_a_dialogue_the_verdict_is_the_exact_one(goal: float, hits: int) -> None:
    found = judge_clustered("valid", goal, [ClusterCount(n < hits, 1) for n in range(100)])
    exact = judge_share("valid", goal, hits, 100)
    assert (found.verdict, found.measured, found.rows, found.note) == (exact.verdict, hits / 100, 100, exact.note)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))
    assert found.rows_needed == exact.rows_needed


def test_answers_that_repeat_each_other_prove_no_more_than_their_dialogues() -> None:
    alone = judge_clustered("valid", 0.9, [ClusterCount(1, 1)] * 40)
    assert alone.verdict == GoalStatus.MET
    together = judge_clustered("valid", 0.9, [ClusterCount(4, 4)] * 10)
    assert (together.rows, together.verdict) == (40, GoalStatus.NOT_ENOUGH_EVIDENCE)
    assert "counts as 10 independent answers" in str(together.note)
    needed = together.rows_needed
    assert isinstance(needed, RowsNeeded)
    assert needed.at_this_rate == 4 * 29  # 0.9 ** 29 < 5 %


def test_a_goal_far_above_the_answers_is_not_met() -> None:
    assert judge_clustered("valid", 0.9, [ClusterCount(1, 2)] * 40).verdict == GoalStatus.NOT_MET


def test_a_goal_without_answers_has_no_verdict() -> None:
    verdict = judged("recall.unable")
    assert (verdict.verdict, verdict.rows) == (GoalStatus.NOT_ENOUGH_EVIDENCE, 0)


def test_the_task_file_accepts_the_goals_of_its_kind_only() -> None:
    head = "name: t\nkind: tools\ntools: t.json\nconfusable: [[a, b]]\ngoals: "
    every = ", ".join(f"{name}: 0.9" for name in (*TOOL_GOALS, "recall.ask", "precision.create_task"))
    assert len(parse_task(f"{head}{{{every}}}\n").goals) == len(TOOL_GOALS) + 2
    for bad in ("macro_f1", "out_of_scope_recall", "selektion", "recall.", "f1.ask"):
        with pytest.raises(WinnowError, match=rf"unknown goal '{bad}'.*adapter_mb, recall.BEHAVIOR"):
            parse_task(f"{head}{{{bad}: 0.9}}\n")
    with pytest.raises(WinnowError, match=r"unknown goal 'selection'.*recall.LABEL"):
        parse_task("name: t\nkind: intents\nlabels: [{name: a}, {name: b}]\ngoals: {selection: 0.9}\n")


def test_a_goal_for_pairs_needs_pairs() -> None:
    with pytest.raises(WinnowError, match=r"a task that declares pairs; fix: set `confusable`"):
        parse_task("name: t\nkind: tools\ngoals: {pairs: 0.9}\n")


def test_goals_of_unknown_tools_are_named() -> None:
    task = parse_task("name: t\nkind: tools\ntools: tools.json\ngoals: {recall.wether: 0.9, precision.ask: 0.9}\n")
    tool = '[{"name": "weather", "description": "w", "parameters": {"type": "object", "properties": {}}}]'
    with pytest.raises(WinnowError, match=r"goals: unknown tool 'wether'.*did you mean 'weather'") as caught:
        with_known_tools(task.with_document_texts({"tools": tool}))
    assert len(caught.value.problems) == 1
