"""Shares, intervals and goals, as evaluate and compare show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from winnow.cli.render.terminal import print_line, print_table
from winnow.core.model_vocabulary import GoalStatus

GOAL_STYLE = {GoalStatus.MET: "green", GoalStatus.NOT_MET: "bold red", GoalStatus.NOT_ENOUGH_EVIDENCE: "yellow"}

ROWS_SHOWN = 5
"""Number of pairs, slices, labels or failures in a list; the report has more."""


def print_goals(goals: Sequence[Mapping[str, Any]]) -> None:
    """Print every goal with its verdict and the basis of it."""
    if goals:
        print_line()
        rows = [
            (
                goal["goal"],
                f"{goal['wanted']:g}",
                format_share(goal["measured"]),
                Text(goal["verdict"], style=GOAL_STYLE[goal["verdict"]]),
                _goal_basis(goal),
            )
            for goal in goals
        ]
        print_table(["goal", "target", "measured", "verdict", ""], rows, right=[1, 2])


def _goal_basis(goal: Mapping[str, Any]) -> str:
    """How many rows a verdict needs, or the confidence bound that it rests on."""
    bound = f"95 % confidence: at least {goal['low']:.3f}" if "low" in goal else ""
    if goal["verdict"] != GoalStatus.NOT_ENOUGH_EVIDENCE:
        return bound if goal["verdict"] == GoalStatus.MET else f"95 % confidence: at most {goal['high']:.3f}"
    needed = goal["rows_needed"].get("at_this_rate")
    return (
        f"needs about {needed:,} rows at the current rate, has {goal['rows']:,}" if isinstance(needed, int) else bound
    )


def share_cells(share: Mapping[str, Any]) -> tuple[str, str]:
    """Value and interval of a share, or "not measured"."""
    if "value" not in share:
        return "not measured", ""
    return format_share(share["value"]), format_interval(share["low"], share["high"])


def format_share(value: Any) -> str:
    """A share with four digits, or "not measured"."""
    return f"{value:.4f}" if isinstance(value, int | float) else "not measured"


def format_interval(low: float, high: float) -> str:
    """Two bounds."""
    return f"{low:.4f} to {high:.4f}"
