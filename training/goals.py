"""Goals: what the task file asks of a model, held against what its answers prove.

Shares are judged by the exact binomial test, one-sided at 5 %: a goal is `met` when so many hits would be rare luck of
a model that is exactly at the goal, `not met` when so few would be rare bad luck, else there is `not enough evidence`.
So 59 rows without a fault prove 95 %, and 149 prove 98 %: 0.95^59 and 0.98^149 are the first powers below 0.05 (the
"rule of three" of Hanley and Lippman-Hand 1983 rounds them).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from training.intervals import LEVEL, not_measured, wilson
from training.resampling import macro_f1_of

ONE_SIDED_Z = 1.6448536269514722
"""One-sided 95 % of the normal distribution."""
MOST_ROWS = 10_000_000
"""More rows than this are not worth counting."""
NEVER_PROVEN = "no number of rows proves 1.00: judged by this sample alone"
Pair = tuple[str, str]


def judged(
    goals: Mapping[str, float],
    gold: Sequence[str],
    predicted: Sequence[str],
    *,
    labels: Sequence[str],
    fallback: str | None,
    seed: int,
) -> list[dict[str, Any]]:
    """Every goal with what was measured, the bounds that hold with 95 % confidence each, and a verdict.

    Raises KeyError for a name that the task file would refuse.
    """
    pairs = list(zip(gold, predicted, strict=True))
    found = []
    for name, goal in goals.items():
        if name == "macro_f1":
            verdict = _macro(goal, gold, predicted, labels, seed)
        else:
            counted = [pair for pair in pairs if _counts(name, fallback)(pair)]
            verdict = judged_share(goal, sum(g == p for g, p in counted), len(counted))
        found.append({"goal": name, "wanted": goal, **verdict})
    return found


def judged_share(goal: float, hits: int, rows: int) -> dict[str, Any]:
    """The verdict on a share, and the rows that a verdict would need."""
    needed = {"if_no_fault": rows_without_fault(goal), "at_this_rate": rows_at_rate(goal, hits, rows)}
    if not rows:
        figures: dict[str, Any] = {"measured": not_measured("no row counts for it"), "rows": 0}
        return {**figures, "verdict": "not enough evidence", "rows_needed": needed}
    from scipy.stats import beta, binom

    low = float(beta.ppf(LEVEL, hits, rows - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - LEVEL, hits + 1, rows - hits)) if hits < rows else 1.0
    if goal >= 1:
        verdict, note = ("met" if hits == rows else "not met"), {"note": NEVER_PROVEN}
    else:
        enough, few = binom.sf(hits - 1, rows, goal) <= LEVEL, binom.cdf(hits, rows, goal) <= LEVEL
        verdict, note = ("met" if enough else "not met" if few else "not enough evidence"), {}
    return {
        "measured": hits / rows,
        "low": low,
        "high": high,
        "rows": rows,
        "verdict": verdict,
        "rows_needed": needed,
        **note,
    }


def rows_without_fault(goal: float) -> int | dict[str, Any]:
    """The fewest rows that prove a goal when none is wrong: the smallest n with goal^n <= 0.05."""
    if goal >= 1:
        return not_measured(NEVER_PROVEN)
    return max(1, math.ceil(math.log(LEVEL) / math.log(goal) - 1e-9)) if goal > 0 else 1


def rows_at_rate(goal: float, hits: int, rows: int) -> int | dict[str, Any]:
    """About how many rows would bring a verdict if hits kept coming at this rate."""
    if not rows:
        return not_measured("no row yet")
    rate = hits / rows
    if goal >= 1:
        return not_measured(NEVER_PROVEN)
    if goal <= 0:
        return 1
    from scipy.stats import binom

    def decided(count: int) -> bool:
        expected = round(rate * count)
        return bool(min(binom.sf(expected - 1, count, goal), binom.cdf(expected, count, goal)) <= LEVEL)

    count = 1
    while not decided(count):
        count *= 2
        if count > MOST_ROWS:
            return not_measured("at this rate no reachable number of rows decides it")
    low = count // 2
    while count - low > 1:
        middle = (low + count) // 2
        low, count = (low, middle) if decided(middle) else (middle, count)
    return count


def _macro(
    goal: float, gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str], seed: int
) -> dict[str, Any]:
    """Macro-F1 by its score interval, one-sided; rows needed in proportion to the effective ones."""
    score = macro_f1_of(gold, predicted, labels, seed=seed)
    if not score.rows:
        return judged_share(goal, 0, 0)
    low, high = wilson(score.value, score.effective_rows, z=ONE_SIDED_Z)
    figures: dict[str, Any] = {"measured": score.value, "low": low, "high": high, "rows": score.rows}
    if goal >= 1:
        verdict = "met" if score.value >= 1 else "not met"
        return {**figures, "verdict": verdict, "rows_needed": rows_without_fault(goal), "note": NEVER_PROVEN}
    distance = abs(score.value - goal)
    needed: int | dict[str, Any] = not_measured("at this rate no reachable number of rows decides it")
    if distance > 1e-6:
        effective = ONE_SIDED_Z**2 * goal * (1 - goal) / distance**2
        needed = math.ceil(effective * score.rows / score.effective_rows)
    verdict = "met" if low >= goal else "not met" if high < goal else "not enough evidence"
    return {**figures, "verdict": verdict, "rows_needed": {"at_this_rate": needed}}


def _counts(name: str, fallback: str | None) -> Callable[[Pair], bool]:
    """Which pairs of gold and predicted a goal is about; a hit is where both are equal."""
    kind, _, label = name.partition(".")
    return {
        "accuracy": lambda pair: True,
        "in_scope_accuracy": lambda pair: pair[0] != fallback,
        "out_of_scope_recall": lambda pair: fallback is not None and pair[0] == fallback,
        "recall": lambda pair: pair[0] == label,
        "precision": lambda pair: pair[1] == label,
    }[kind]
