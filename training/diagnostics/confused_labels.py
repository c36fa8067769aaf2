"""Confused labels: a few pairs of labels hold more errors than chance explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from winnow.core.commands import command
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext
from winnow.validators.stats.binomial import probability_at_least
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL

PAIR_SHARE = 0.10
"""Share of all errors from which a single pair of labels is reported."""

PAIR_ROWS = 5
"""Minimum number of errors between two labels: fewer are anecdotal."""


def confused_labels(measures: Mapping[str, Any], context: RunContext) -> Issues:
    """Pairs with at least PAIR_SHARE of the errors, and significantly more than if errors were uniform over pairs."""
    gold = [one["label"] for one in measures["per_label"] if one["rows"]]
    pairs = len(gold) * (len(measures["per_label"]) - 1) - len(gold) * (len(gold) - 1) // 2
    if pairs < 2:
        return NotMeasured("there is only one pair of labels, so it has all the errors")
    counts: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
    known = {one["label"] for one in measures["per_label"]}
    for one in (one for one in measures["confused_pairs"] if one["predicted"] in known):  # "no answer" is not a label
        key = (min(one["gold"], one["predicted"]), max(one["gold"], one["predicted"]))
        counts.setdefault(key, []).append((one["count"], one["gold"], one["predicted"]))
    errors = sum(count for directions in counts.values() for count, _, _ in directions)
    return [
        _pair_issue(directions, errors)
        for directions in counts.values()
        if _dominates(sum(count for count, _, _ in directions), errors, pairs)
    ]


def _dominates(count: int, errors: int, pairs: int) -> bool:
    """One-sided binomial test with Bonferroni correction over all pairs."""
    if count < PAIR_ROWS or count < PAIR_SHARE * errors:
        return False
    return probability_at_least(count, errors, 1 / pairs) * pairs < SIGNIFICANCE_LEVEL


def _pair_issue(directions: Sequence[tuple[int, str, str]], errors: int) -> Issue:
    count = sum(one for one, _, _ in directions)
    measured = ", ".join(
        f"{gold} predicted as {predicted} {one:,} times" for one, gold, predicted in sorted(directions, reverse=True)
    )
    first, second = sorted(directions[0][1:])
    cause = "the two labels overlap in wording or meaning, or train rows of one have the other's label"
    fix = command("generate contrasts", pair=f"{first},{second}")
    return Issue(count, f"{measured}: {count / errors:.0%} of {errors:,} errors", cause, fix)
