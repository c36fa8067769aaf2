"""Signs that labels are mixed up: by the model, or by who gave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Any

from curation.estimates import NotMeasured
from training.intervals import LEVEL
from training.signs import About, Sign, Signs

PAIR_SHARE = 0.10
"""Of all errors, from which on one pair of labels is worth a look of its own."""
PAIR_ROWS = 5
"""Errors of a pair below which it is an anecdote."""
NOISE_SHARE = 0.5
"""Of the errors: from here on wrong labels are the larger part of what is left to gain."""


def wrong_label(measures: Mapping[str, Any], about: About) -> Signs:
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
        _pair_sign(ways, errors)
        for ways in counts.values()
        if _dominates(sum(count for count, _, _ in ways), errors, pairs)
    ]


def _dominates(count: int, errors: int, pairs: int) -> bool:
    """One-sided binomial test, Bonferroni over all pairs."""
    if count < PAIR_ROWS or count < PAIR_SHARE * errors:
        return False
    from scipy.stats import binom

    return bool(binom.sf(count - 1, errors, 1 / pairs) * pairs < LEVEL)


def _pair_sign(ways: Sequence[tuple[int, str, str]], errors: int) -> Sign:
    count = sum(one for one, _, _ in ways)
    told = ", ".join(f"{gold} called {predicted} {one:,} times" for one, gold, predicted in sorted(ways, reverse=True))
    first, second = sorted(ways[0][1:])
    cause = "the two overlap in wording or in meaning, or train rows of one carry the label of the other"
    command = f"winnow generate contrasts --pair {quote(f'{first},{second}')}"
    return Sign(count, f"{told}: {count / errors:.0%} of {errors:,} errors", cause, command)


def label_noise(measures: Mapping[str, Any], about: About) -> Signs:
    """Wrong labels that are NOISE_SHARE of the errors, one of them at least seen by the audit."""
    told = about.label_accuracy
    if isinstance(told, NotMeasured):
        return told
    wrong, errors = 1 - told["accuracy"], 1 - measures["accuracy"]
    if wrong <= 0 or wrong < NOISE_SHARE * errors:
        return []
    low, high = 1 - told["interval"][1], 1 - told["interval"][0]
    evidence = (
        f"{wrong:.1%} of {told['audited']:,} audited labels were wrong ({low:.1%} to {high:.1%}); the model differs "
        f"from {errors:.1%} of the validation labels"
    )
    cause = "as many errors as that can be the labels' own: a better model would hardly score higher"
    return [Sign(wrong * measures["rows"], evidence, cause, "winnow push relabel")]
