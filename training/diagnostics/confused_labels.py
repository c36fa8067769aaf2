"""Confused labels: a few pairs of labels hold more errors than chance explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Any

from winnow.core.result import NotMeasured
from winnow.training.diagnostics.issue import Issue, Issues, RunContext
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL

PAIR_SHARE = 0.10
"""Of all errors, from which on one pair of labels is worth a look of its own."""


PAIR_ROWS = 5
"""Errors of a pair below which it is an anecdote."""


def confused_labels(measures: Mapping[str, Any], context: RunContext) -> Issues:
    """Pairs that hold PAIR_SHARE of the errors, more than chance would give a pair when errors fell anywhere."""
    gold = [one["label"] for one in measures["per_label"] if one["rows"]]
    pairs = len(gold) * (len(measures["per_label"]) - 1) - len(gold) * (len(gold) - 1) // 2
    if pairs < 2:
        return NotMeasured("with one pair of labels every error is of that pair")
    counts: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
    known = {one["label"] for one in measures["per_label"]}
    for one in (one for one in measures["confused_pairs"] if one["predicted"] in known):  # no answer is no label
        key = (min(one["gold"], one["predicted"]), max(one["gold"], one["predicted"]))
        counts.setdefault(key, []).append((one["count"], one["gold"], one["predicted"]))
    errors = sum(count for ways in counts.values() for count, _, _ in ways)
    return [
        _pair_issue(ways, errors)
        for ways in counts.values()
        if _dominates(sum(count for count, _, _ in ways), errors, pairs)
    ]


def _dominates(count: int, errors: int, pairs: int) -> bool:
    """One-sided binomial test, Bonferroni over all pairs."""
    if count < PAIR_ROWS or count < PAIR_SHARE * errors:
        return False
    from scipy.stats import binom

    return bool(binom.sf(count - 1, errors, 1 / pairs) * pairs < SIGNIFICANCE_LEVEL)


def _pair_issue(ways: Sequence[tuple[int, str, str]], errors: int) -> Issue:
    count = sum(one for one, _, _ in ways)
    measured = ", ".join(
        f"{gold} called {predicted} {one:,} times" for one, gold, predicted in sorted(ways, reverse=True)
    )
    first, second = sorted(ways[0][1:])
    cause = "the two overlap in wording or in meaning, or train rows of one carry the label of the other"
    command = f"winnow generate contrasts --pair {quote(f'{first},{second}')}"
    return Issue(count, f"{measured}: {count / errors:.0%} of {errors:,} errors", cause, command)
