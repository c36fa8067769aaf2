"""The goals of the task file: met, not met, or not enough evidence, by exact one-sided tests at 5 %."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from winnow.config.task import GOALS, TOOL_GOALS
from winnow.core.model_vocabulary import GoalStatus
from winnow.core.result import Measured, NotMeasured
from winnow.training.evaluation.evaluation_facts import GoalVerdict, RowsNeeded
from winnow.validators.stats.binomial import clopper_pearson_bounds, probability_at_least, probability_at_most
from winnow.validators.stats.intervals import ONE_SIDED_Z, wilson_bounds
from winnow.validators.stats.macro_f1 import macro_f1_with_interval
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL

MAX_ROWS = 10_000_000
"""Numbers of required rows above this are not reported."""

MACRO_F1 = "macro_f1"
"""The goal that is not a share of rows."""

GOALS_OF_ANSWERS = frozenset(TOOL_GOALS) - frozenset(GOALS)
"""Goals of tool calls, which labels do not show: no row counts towards them."""

NEVER_DECIDED = "at this rate no practical number of rows is enough"

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
) -> list[GoalVerdict]:
    """Every goal with its measured value, one-sided 95 % confidence bounds, and a verdict.

    Raises KeyError for an unknown goal, which the task file would not accept.
    """
    pairs = list(zip(gold, predicted, strict=True))
    found = []
    for name, goal in goals.items():
        if name in GOALS_OF_ANSWERS:
            verdict = judge_share(name, goal, 0, 0)
        elif name == MACRO_F1:
            verdict = _judge_macro_f1(goal, gold, predicted, labels, seed)
        else:
            counted = [pair for pair in pairs if _row_filter(name, fallback)(pair)]
            verdict = judge_share(name, goal, sum(g == p for g, p in counted), len(counted))
        found.append(verdict)
    return found


def judge_share(name: str, goal: float, hits: int, rows: int) -> GoalVerdict:
    """The verdict on a goal that is a share, and the number of rows that a verdict needs."""
    needed = RowsNeeded(if_no_error=rows_needed_without_error(goal), at_this_rate=rows_needed_at_rate(goal, hits, rows))
    if not rows:
        return GoalVerdict(
            goal=name,
            wanted=goal,
            measured=NotMeasured("no rows count towards this goal"),
            rows=0,
            verdict=GoalStatus.NOT_ENOUGH_EVIDENCE,
            rows_needed=needed,
        )
    low, high = clopper_pearson_bounds(hits, rows, level=SIGNIFICANCE_LEVEL)
    if goal >= 1:
        verdict, note = (GoalStatus.MET if hits == rows else GoalStatus.NOT_MET), NEVER_PROVEN
    else:
        met = probability_at_least(hits, rows, goal) <= SIGNIFICANCE_LEVEL
        missed = probability_at_most(hits, rows, goal) <= SIGNIFICANCE_LEVEL
        verdict, note = _status(met=met, missed=missed), None
    return GoalVerdict(
        goal=name,
        wanted=goal,
        measured=hits / rows,
        low=low,
        high=high,
        rows=rows,
        verdict=verdict,
        rows_needed=needed,
        note=note,
    )


def rows_needed_without_error(goal: float) -> int | NotMeasured:
    """The fewest rows that prove a goal when all are correct: the smallest n with goal^n <= 0.05."""
    if goal >= 1:
        return NotMeasured(NEVER_PROVEN)
    return max(1, math.ceil(math.log(SIGNIFICANCE_LEVEL) / math.log(goal) - 1e-9)) if goal > 0 else 1


def rows_needed_at_rate(goal: float, hits: int, rows: int) -> int | NotMeasured:
    """About how many rows would allow a verdict if the observed rate stayed the same."""
    if not rows:
        return NotMeasured("there are no rows")
    rate = hits / rows
    if goal >= 1:
        return NotMeasured(NEVER_PROVEN)
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
            return NotMeasured(NEVER_DECIDED)
    low = count // 2
    while count - low > 1:
        middle = (low + count) // 2
        low, count = (low, middle) if decided(middle) else (middle, count)
    return count


def _judge_macro_f1(
    goal: float, gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str], seed: int
) -> GoalVerdict:
    """Judge macro-F1 by its one-sided score interval; the rows needed scale with the effective sample size."""
    found = macro_f1_with_interval(gold, predicted, labels, seed=seed)
    score = found.figure
    if isinstance(score, NotMeasured):
        return judge_share(MACRO_F1, goal, 0, 0)
    low, high = wilson_bounds(score.value, found.effective_rows, z=ONE_SIDED_Z)
    needed: int | NotMeasured | RowsNeeded
    if goal >= 1:
        verdict, note = (GoalStatus.MET if score.value >= 1 else GoalStatus.NOT_MET), NEVER_PROVEN
        needed = rows_needed_without_error(goal)
    else:
        verdict, note = _status(met=low >= goal, missed=high < goal), None
        needed = RowsNeeded(at_this_rate=_rows_needed_for_macro_f1(goal, score, found.effective_rows))
    return GoalVerdict(
        goal=MACRO_F1,
        wanted=goal,
        measured=score.value,
        low=low,
        high=high,
        rows=score.rows,
        verdict=verdict,
        rows_needed=needed,
        note=note,
    )


def _rows_needed_for_macro_f1(goal: float, score: Measured, effective_rows: float) -> int | NotMeasured:
    distance = abs(score.value - goal)
    if distance <= 1e-6:
        return NotMeasured(NEVER_DECIDED)
    effective = ONE_SIDED_Z**2 * goal * (1 - goal) / distance**2
    return math.ceil(effective * score.rows / effective_rows)


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
