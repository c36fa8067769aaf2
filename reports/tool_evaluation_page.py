"""The evaluation page of one run that calls tools."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from winnow.core.answer_words import ERROR_NAMES, LEVEL_NAMES
from winnow.core.result import NotMeasured
from winnow.reports.confusion_matrix import layout_matrix
from winnow.reports.evaluation_page import slices_shown
from winnow.reports.html import render, write_page
from winnow.reports.svg import goal_whiskers, learning_plot
from winnow.training.evaluation.tools.tool_evaluation import ToolEvaluation
from winnow.training.evaluation.tools.tool_facts import AnswerGroupName
from winnow.validators.tools.judge_answer import MALFORMED

GROUP_NAMES = {
    AnswerGroupName.KNOWN_TOOLS: "calls of tools that train calls",
    AnswerGroupName.UNSEEN_TOOLS: "calls of tools that train never calls",
    AnswerGroupName.HELD_OUT_TOOLS: "calls of held-out tools",
    AnswerGroupName.SEVERAL_CALLS: "several calls in one answer",
    AnswerGroupName.AFTER_RESULT: "after a result of a tool",
    AnswerGroupName.THREADS_ID: "calls with an id from an earlier result",
}


def write_tool_evaluation(evaluation: ToolEvaluation, path: Path) -> Path:
    """Write the page; returns its path."""
    return write_page(tool_evaluation_page(evaluation), path)


def tool_evaluation_page(evaluation: ToolEvaluation) -> str:
    """The page as HTML."""
    measures, curve = evaluation.measures, evaluation.measures.learning_curve
    counts = np.array(measures.matrix.counts, dtype=np.int64)
    return render(
        "tool_evaluation.html.j2",
        run=evaluation.run.facts,
        looks_at_test=evaluation.run.looks_at_test(),
        split=evaluation.split,
        release=evaluation.release,
        manifest=evaluation.release.manifest,
        m=measures,
        findings=evaluation.findings.found if evaluation.findings else [],
        matrix=layout_matrix(counts, measures.matrix.classes, last=MALFORMED),
        level_names=LEVEL_NAMES,
        error_names=ERROR_NAMES,
        group_names=GROUP_NAMES,
        goal_marks=goal_whiskers(measures.goals or measures.suggested_goals or []),
        learning=None if isinstance(curve, NotMeasured) else learning_plot(curve.points),
        **slices_shown(measures.slices),
    )
