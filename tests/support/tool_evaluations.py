"""Evaluations of runs that call tools, made of made answers."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.config.load import parse_task
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import Release
from winnow.training.evaluation.tools.answer_goals import judge_answer_goals, suggested_verdicts
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.measure_answers import measure_answers
from winnow.training.evaluation.tools.tool_evaluation import ToolEvaluation
from winnow.training.evaluation.tools.tool_facts import ToolEvaluationFacts
from winnow.training.runs import Run

TASK = parse_task("name: t\nkind: tools\ntools: t.json\nconfusable: [[create_task, create_event]]\n")


def a_tool_evaluation(
    run: Run, release: Release, results: Sequence[AnswerResult], *, goals: dict[str, float]
) -> ToolEvaluation:
    """What evaluate gives for these answers on validation; run and release are shown, and not asked."""
    facts = ToolEvaluationFacts(
        **dict(measure_answers(results, task=TASK, trained_tools={"create_task"})),
        run=run.id,
        split="validation",
        call_format="fenced_json",
        goals=judge_answer_goals(goals, results, TASK),
        suggested_goals=None if goals else suggested_verdicts(results, TASK),
        latency=NotMeasured("not measured in this test"),
        learning_curve=NotMeasured("not measured in this test"),
    )
    return ToolEvaluation(run, release, "validation", facts, list(results))
