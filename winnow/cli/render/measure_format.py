"""Shares, intervals and goals, as evaluate and compare show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from winnow.cli.render.terminal import print_line, print_table
from winnow.core.counted import counted
from winnow.core.model_vocabulary import GoalStatus
from winnow.core.result import Measure, NotMeasured

if TYPE_CHECKING:
    from winnow.training.evaluation.evaluation_facts import GoalVerdict


GOAL_STYLE = {GoalStatus.MET: "green", GoalStatus.NOT_MET: "bold red", GoalStatus.NOT_ENOUGH_EVIDENCE: "yellow"}

ROWS_SHOWN = 5
"""Number of pairs, slices, labels or failures in a list; the report has more."""


def print_goals(goals: Sequence[GoalVerdict]) -> None:
    """Print every goal with its verdict and the basis of it."""
    if goals:
        print_line()
        rows = [
            (
                goal.goal,
                goal.with_unit(goal.wanted),
                format_goal(goal),
                Text(goal.verdict, style=GOAL_STYLE[goal.verdict]),
                _goal_basis(goal),
            )
            for goal in goals
        ]
        print_table(["goal", "target", "measured", "verdict", ""], rows, right=[1, 2])


def format_goal(goal: GoalVerdict) -> str:
    """The measured value of a goal: a share with four digits, a value in its unit, or "not measured"."""
    if goal.unit is None or isinstance(goal.measured, NotMeasured):
        return format_share(goal.measured)
    return goal.with_unit(goal.measured)


def _goal_basis(goal: GoalVerdict) -> str:
    """How many rows a verdict needs, the confidence bound that it rests on, or how a value was measured."""
    if goal.unit is not None:
        return goal.measured.why if isinstance(goal.measured, NotMeasured) else goal.note or ""
    needed, figure = goal.rows_at_this_rate, goal.figure
    if needed is not None:
        return f"needs about {counted(needed, 'row')} at the current rate, has {goal.rows:,}"
    if isinstance(figure, NotMeasured):
        return ""
    if goal.verdict == GoalStatus.NOT_MET:
        return f"95 % confidence: at most {figure.high:.3f}"
    return f"95 % confidence: at least {figure.low:.3f}"


def share_cells(share: Measure) -> tuple[str, str]:
    """Value and interval of a share, or "not measured"."""
    if isinstance(share, NotMeasured):
        return format_share(share), ""
    return format_share(share.value), format_interval(share.low, share.high)


def format_share(value: float | NotMeasured) -> str:
    """A share with four digits, or "not measured"."""
    return "not measured" if isinstance(value, NotMeasured) else f"{value:.4f}"


def format_interval(low: float, high: float) -> str:
    """Two bounds."""
    return f"{low:.4f} to {high:.4f}"
