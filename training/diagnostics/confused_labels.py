"""Confused labels: a few pairs of labels hold more errors than chance explains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from winnow.core.counted import counted
from winnow.core.result import NotMeasured
from winnow.generators.generation_advice import more_contrasts
from winnow.training.diagnostics.issue import Issue, Issues, RunContext
from winnow.training.evaluation.confusion_counts import counts_from_measures
from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.validators.kinds.kind import Kind
from winnow.validators.stats.binomial import probability_at_least
from winnow.validators.stats.significance import SIGNIFICANCE_LEVEL

PAIR_SHARE = 0.10
"""Share of all errors from which a single pair of labels is reported."""

PAIR_ROWS = 5
"""Minimum number of errors between two labels: fewer are anecdotal."""


class _Direction(NamedTuple):
    """How often one label is predicted as another."""

    errors: int
    gold: str
    predicted: str


def confused_labels(measures: EvaluationFacts, context: RunContext) -> Issues:
    """Pairs with at least PAIR_SHARE of the errors, and significantly more than if errors were uniform over pairs."""
    counts = counts_from_measures(measures)
    labels, gold = len(counts.rows), sum(rows > 0 for rows in counts.rows.values())
    pairs = gold * (labels - 1) - gold * (gold - 1) // 2
    if pairs < 2:
        return NotMeasured("there is only one pair of labels, so it has all the errors")
    by_pair: dict[tuple[str, str], list[_Direction]] = {}
    for (label, predicted), count in counts.errors.items():
        if predicted in counts.rows:  # "no answer" is not a label
            key = (min(label, predicted), max(label, predicted))
            by_pair.setdefault(key, []).append(_Direction(count, label, predicted))
    errors = sum(one.errors for directions in by_pair.values() for one in directions)
    return [
        _pair_issue(directions, errors, context.kind)
        for directions in by_pair.values()
        if dominates(sum(one.errors for one in directions), errors, pairs)
    ]


def dominates(count: int, errors: int, pairs: int) -> bool:
    """Whether one pair has a large share of the errors, by a one-sided binomial test with Bonferroni over all pairs."""
    if count < PAIR_ROWS or count < PAIR_SHARE * errors:
        return False
    return probability_at_least(count, errors, 1 / pairs) * pairs < SIGNIFICANCE_LEVEL


def _pair_issue(directions: Sequence[_Direction], errors: int, kind: Kind) -> Issue:
    count = sum(one.errors for one in directions)
    measured = ", ".join(
        f"{one.gold} predicted as {one.predicted} {one.errors:,} times" for one in sorted(directions, reverse=True)
    )
    first, second = sorted((directions[0].gold, directions[0].predicted))
    cause = "the two labels overlap in wording or meaning, or train rows of one have the other's label"
    fix = more_contrasts(kind, first, second)
    return Issue(count, f"{measured}: {count / errors:.0%} of {counted(errors, 'error')}", cause, fix)
