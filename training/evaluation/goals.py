"""The goals of the task file: met, not met, or not enough evidence, by exact one-sided tests at 5 %."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from winnow.core.model_vocabulary import GoalStatus
from winnow.core.result import NotMeasured
from winnow.validators.stats.binomial import clopper_pearson_bounds, probability_at_least, probability_at_most
from winnow.validators.stats.intervals import ONE_SIDED_Z, wilson_bounds
from winnow.validators.stats.macro_f1 import macro_f1_with_interval
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL

MAX_ROWS = 10_000_000
"""Numbers of required rows above this are not reported."""

NEVER_PROVEN = "no number of rows can prove 1.00: judged on this sample alone"

Pair = tuple[str, str]


def judge_goals(
    goals: Mapping[str, float],
    gold: Sequence[str],
    predicted: Sequence[str],
    *,
    labels: Sequence[str],
    fallback: str | None,
    seed: int,
) -> list[dict[str, Any]]:
    """Every goal with its measured value, one-sided 95 % confidence bounds, and a verdict.

    Raises KeyError for an unknown goal, which the task file would not accept.
    """
    pairs = list(zip(gold, predicted, strict=True))
    found = []
    for name, goal in goals.items():
        if name == "macro_f1":
            verdict = _judge_macro_f1(goal, gold, predicted, labels, seed)
        else:
            counted = [pair for pair in pairs if _row_filter(name, fallback)(pair)]
            verdict = judge_share(goal, sum(g == p for g, p in counted), len(counted))
        found.append({"goal": name, "wanted": goal, **verdict})
    return found


def judge_share(goal: float, hits: int, rows: int) -> dict[str, Any]:
    """The verdict on a share, and the number of rows that a verdict needs."""
    needed = {"if_no_error": rows_needed_without_error(goal), "at_this_rate": rows_needed_at_rate(goal, hits, rows)}
    if not rows:
        figures: dict[str, Any] = {"measured": NotMeasured("no rows count towards this goal").json(), "rows": 0}
        return {**figures, "verdict": GoalStatus.NOT_ENOUGH_EVIDENCE, "rows_needed": needed}
    low, high = clopper_pearson_bounds(hits, rows, level=SIGNIFICANCE_LEVEL)
    if goal >= 1:
        verdict, note = (GoalStatus.MET if hits == rows else GoalStatus.NOT_MET), {"note": NEVER_PROVEN}
    else:
        met = probability_at_least(hits, rows, goal) <= SIGNIFICANCE_LEVEL
        missed = probability_at_most(hits, rows, goal) <= SIGNIFICANCE_LEVEL
        verdict, note = _status(met=met, missed=missed), {}
    return {
        "measured": hits / rows,
        "low": low,
        "high": high,
        "rows": rows,
        "verdict": verdict,
        "rows_needed": needed,
        **note,
    }


def rows_needed_without_error(goal: float) -> int | dict[str, Any]:
    """The fewest rows that prove a goal when all are correct: the smallest n with goal^n <= 0.05."""
    if goal >= 1:
        return NotMeasured(NEVER_PROVEN).json()
    return max(1, math.ceil(math.log(SIGNIFICANCE_LEVEL) / math.log(goal) - 1e-9)) if goal > 0 else 1


def rows_needed_at_rate(goal: float, hits: int, rows: int) -> int | dict[str, Any]:
    """About how many rows would allow a verdict if the observed rate stayed the same."""
    if not rows:
        return NotMeasured("there are no rows").json()
    rate = hits / rows
    if goal >= 1:
        return NotMeasured(NEVER_PROVEN).json()
    if goal <= 0:
        return 1

    def decided(count: int) -> bool:
        expected = round(rate * count)
        tails = probability_at_least(expected, count, goal), probability_at_most(expected, count, goal)
        return min(tails) <= SIGNIFICANCE_LEVEL

    count = 1
    while not decided(count):
        count *= 2
        if count > MAX_ROWS:
            return NotMeasured("at this rate no practical number of rows is enough").json()
    low = count // 2
    while count - low > 1:
        middle = (low + count) // 2
        low, count = (low, middle) if decided(middle) else (middle, count)
    return count


def _judge_macro_f1(
    goal: float, gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str], seed: int
) -> dict[str, Any]:
    """Judge macro-F1 by its one-sided score interval; the rows needed scale with the effective sample size."""
    found = macro_f1_with_interval(gold, predicted, labels, seed=seed)
    score = found.figure
    if isinstance(score, NotMeasured):
        return judge_share(goal, 0, 0)
    low, high = wilson_bounds(score.value, found.effective_rows, z=ONE_SIDED_Z)
    figures: dict[str, Any] = {"measured": score.value, "low": low, "high": high, "rows": score.rows}
    if goal >= 1:
        verdict = GoalStatus.MET if score.value >= 1 else GoalStatus.NOT_MET
        return {**figures, "verdict": verdict, "rows_needed": rows_needed_without_error(goal), "note": NEVER_PROVEN}
    distance = abs(score.value - goal)
    needed: int | dict[str, Any] = NotMeasured("at this rate no practical number of rows is enough").json()
    if distance > 1e-6:
        effective = ONE_SIDED_Z**2 * goal * (1 - goal) / distance**2
        needed = math.ceil(effective * score.rows / found.effective_rows)
    verdict = _status(met=low >= goal, missed=high < goal)
    return {**figures, "verdict": verdict, "rows_needed": {"at_this_rate": needed}}


def _status(*, met: bool, missed: bool) -> GoalStatus:
    if met:
        return GoalStatus.MET
    return GoalStatus.NOT_MET if missed else GoalStatus.NOT_ENOUGH_EVIDENCE


def _row_filter(name: str, fallback: str | None) -> Callable[[Pair], bool]:
    """Which pairs of gold and predicted label a goal counts; a hit is a pair of equal labels."""
    kind, _, label = name.partition(".")
    return {
        "accuracy": lambda pair: True,
        "in_scope_accuracy": lambda pair: pair[0] != fallback,
        "out_of_scope_recall": lambda pair: fallback is not None and pair[0] == fallback,
        "recall": lambda pair: pair[0] == label,
        "precision": lambda pair: pair[1] == label,
    }[kind]
