"""The goals of a task of kind tools: met, not met, or not enough evidence.

Judged like the goals of other tasks, by exact one-sided bounds at 5 %, but on effective answers: those of one dialogue
depend on each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from winnow.config.task import Task
from winnow.core.answer_vocabulary import AnswerLevel
from winnow.core.model_vocabulary import GoalStatus
from winnow.core.result import NotMeasured
from winnow.training.evaluation.evaluation_facts import GoalVerdict, RowsNeeded
from winnow.training.evaluation.goals import (
    NEVER_PROVEN,
    judge_share,
    rows_needed_at_rate,
    rows_needed_without_error,
)
from winnow.training.evaluation.tools import answer_counts
from winnow.training.evaluation.tools.answer_counts import Count, counts_of
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.validators.stats.binomial import clopper_pearson_bounds
from winnow.validators.stats.clustered_share import ClusterCount, EffectiveCount, design_effect, effective_count
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL

SUGGESTED_GOALS: Mapping[str, float] = {"selection": 0.9, "valid": 0.98, "pairs": 0.95, "no_call_precision": 0.9}
"""Goals that a task without own ones is shown for comparison: what assistants in use usually need."""

COUNTS: Mapping[str, Count] = {
    "accuracy": answer_counts.accuracy,
    "valid": answer_counts.level(AnswerLevel.VALID_FORMAT),
    "schema": answer_counts.level(AnswerLevel.VALID_SCHEMA),
    "selection": answer_counts.selection,
    "arguments": answer_counts.arguments,
    "values": answer_counts.values,
    "no_call_precision": answer_counts.no_call_precision,
    "no_call_recall": answer_counts.no_call_recall,
}
"""What each goal counts; `pairs` and those of one behavior depend on the task."""

COUNTS_BY_BEHAVIOR: Mapping[str, Callable[[str], Count]] = {
    "recall": answer_counts.recall,
    "precision": answer_counts.precision,
}
"""What a goal of one behavior or tool counts, such as `recall.ask`."""


def judge_answer_goals(goals: Mapping[str, float], results: Sequence[AnswerResult], task: Task) -> list[GoalVerdict]:
    """Every goal with its measured value, one-sided 95 % confidence bounds, and a verdict.

    Raises KeyError for an unknown goal, which the task file would not accept.
    """
    return [judge_clustered(name, goal, counts_of(results, _count_of(name, task))) for name, goal in goals.items()]


def suggested_verdicts(results: Sequence[AnswerResult], task: Task) -> list[GoalVerdict]:
    """The usual goals, without those for pairs where the task declares none."""
    usual = {name: goal for name, goal in SUGGESTED_GOALS.items() if name != "pairs" or task.confusable}
    return judge_answer_goals(usual, results, task)


def _count_of(name: str, task: Task) -> Count:
    measure, _, behavior = name.partition(".")
    if behavior:
        return COUNTS_BY_BEHAVIOR[measure](behavior)
    return answer_counts.pairs(task.confusable) if name == "pairs" else COUNTS[name]


def judge_clustered(name: str, goal: float, counts: Sequence[ClusterCount]) -> GoalVerdict:
    """The verdict on a goal that is a share of clustered rows, and about how many of them a verdict needs."""
    hits, rows = sum(one.hits for one in counts), sum(one.rows for one in counts)
    if not rows:
        return judge_share(name, goal, 0, 0)
    effective = effective_count(counts)
    low, high = clopper_pearson_bounds(effective.hits, effective.rows, level=SIGNIFICANCE_LEVEL)
    verdict = _verdict(low, high, goal) if goal < 1 else _verdict_on_all(hits, rows)
    return GoalVerdict(
        goal=name,
        wanted=goal,
        measured=hits / rows,
        low=low,
        high=high,
        rows=rows,
        verdict=verdict,
        rows_needed=_rows_needed(goal, effective, design_effect(counts)),
        note=NEVER_PROVEN if goal >= 1 else _clustering_note(effective, rows),
    )


def _verdict(low: float, high: float, goal: float) -> GoalStatus:
    """The bounds are those of exact one-sided tests, so the goal lies outside of them where a test rejects it."""
    if low >= goal:
        return GoalStatus.MET
    return GoalStatus.NOT_MET if high <= goal else GoalStatus.NOT_ENOUGH_EVIDENCE


def _verdict_on_all(hits: int, rows: int) -> GoalStatus:
    return GoalStatus.MET if hits == rows else GoalStatus.NOT_MET


def _rows_needed(goal: float, effective: EffectiveCount, effect: float) -> RowsNeeded:
    """Effective rows that a verdict needs, times the design effect."""
    without_error = rows_needed_without_error(goal)
    at_rate = rows_needed_at_rate(goal, round(effective.hits), max(1, round(effective.rows)))
    return RowsNeeded(
        if_no_error=without_error,
        at_this_rate=at_rate if isinstance(at_rate, NotMeasured) else math.ceil(at_rate * effect - 1e-6),
    )


def _clustering_note(effective: EffectiveCount, rows: int) -> str | None:
    """Why the bounds are wider than those of so many answers; None where they are not."""
    if round(effective.rows) >= rows:
        return None
    return f"counts as {effective.rows:,.0f} independent answers, because answers of one dialogue depend on each other"
