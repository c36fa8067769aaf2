"""Problems of `goals` in the task file: unknown measures, those that need another key, and values out of range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.config.serving_goals import SERVING_GOALS
from winnow.config.task import GOALS, GOALS_BY_LABEL, TOOL_GOALS
from winnow.config.yaml_lines import KeyPath
from winnow.core.errors import Problem
from winnow.core.suggest import suggestion


@dataclass(frozen=True)
class KindGoals:
    """The goals that a task of a kind may have."""

    measures: Sequence[str]
    """Those of all rows or answers."""
    target: str
    """What a goal of one target is written with, such as `LABEL` in `recall.LABEL`."""


LABEL_GOALS = KindGoals((*GOALS, *SERVING_GOALS), "LABEL")

GOALS_BY_KIND: Mapping[str, KindGoals] = {"tools": KindGoals((*TOOL_GOALS, *SERVING_GOALS), "BEHAVIOR")}
"""Kinds whose goals are others than those of labels."""

NEEDED_KEYS: Mapping[str, tuple[str, str, str]] = {
    "out_of_scope_recall": ("fallback", "a goal for out-of-scope queries", "a task with a `fallback` label"),
    "pairs": ("confusable", "a goal for confusable pairs", "a task that declares pairs"),
}
"""Goals that need another key: the key, what was found without it, and what was expected."""


def goal_problems(raw: Mapping[str, Any], labels: Sequence[str]) -> Iterator[tuple[KeyPath, Problem]]:
    """Every goal that cannot be measured. Tools and behaviors in the goals of kind tools are checked with the tools."""
    goals = raw.get("goals")
    kind = GOALS_BY_KIND.get(str(raw.get("kind")), LABEL_GOALS)
    for name, value in ((str(key), value) for key, value in (goals.items() if isinstance(goals, dict) else ())):
        problem = _unknown_goal(name, kind, labels) or _missing_key(name, raw) or _value_problem(name, value)
        if problem:
            yield ("goals", name), problem


def _unknown_goal(name: str, kind: KindGoals, labels: Sequence[str]) -> Problem | None:
    measure, _, target = name.partition(".")
    if kind is not LABEL_GOALS and measure in GOALS_BY_LABEL and target:
        return None
    known = [*kind.measures, *(f"{measure}.{label}" for measure in GOALS_BY_LABEL for label in labels)]
    if name in known:
        return None
    one_target = kind.target.lower()
    fix = suggestion(name, known, f"use a listed measure, with a {one_target} of the task")
    expected = ", ".join([*kind.measures, *(f"{measure}.{kind.target}" for measure in GOALS_BY_LABEL)])
    return Problem("", f"unknown goal {name!r}", expected, fix)


def _missing_key(name: str, raw: Mapping[str, Any]) -> Problem | None:
    if name not in NEEDED_KEYS:
        return None
    key, found, expected = NEEDED_KEYS[name]
    return None if raw.get(key) else Problem("", found, expected, f"set `{key}`, or remove the goal")


def _value_problem(name: str, value: object) -> Problem | None:
    """A share above 1, or a limit of 0, which no run can keep. What is no number is refused with the keys."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    found = f"goals.{name} is {value}"
    serving = SERVING_GOALS.get(name)
    if serving is not None:
        return Problem("", found, f"more than 0 {serving.unit}", "correct the value") if value == 0 else None
    return Problem("", found, "less than or equal to 1", "write a share, such as 0.95 for 95 %") if value > 1 else None
