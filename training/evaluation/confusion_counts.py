"""Which pairs of labels a model confuses, from counts alone, without texts or ids. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from winnow.training.evaluation.evaluation_facts import EvaluationFacts

MIN_ERRORS = 2
"""Minimum number of errors between two labels of a confused pair: a single one may be chance."""


@dataclass(frozen=True)
class ConfusionCounts:
    """Number of rows by gold label, and of errors by gold and predicted label."""

    rows: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def between(self, one: str, other: str) -> int:
        """Number of errors between two labels, in either direction."""
        return self.errors.get((one, other), 0) + self.errors.get((other, one), 0)

    def errors_with_gold(self, label: str) -> int:
        """Number of rows of a label that were predicted as another."""
        return sum(count for (gold, _), count in self.errors.items() if gold == label)


@dataclass(frozen=True)
class ConfusedPair:
    """Two labels that the model confuses."""

    labels: tuple[str, str]
    """In alphabetical order."""
    validation_errors: int
    train_errors: int
    """Out-of-fold errors on train rows. A wrong gold label counts as an error here."""
    validation_rows: int
    """Number of validation rows of either label."""
    train_rows: int

    @property
    def share(self) -> float:
        """Share of errors between the two among all rows of either, validation and train together."""
        return (self.validation_errors + self.train_errors) / (self.validation_rows + self.train_rows)

    @property
    def expected_errors(self) -> float:
        """Expected number of validation errors at this share; of train errors when there are no validation rows.

        The share is estimated on both splits, but weighted by validation rows, because only validation follows the
        distribution of real queries.
        """
        return self.share * (self.validation_rows or self.train_rows)


def count_confusions(gold: Sequence[str], predicted: Sequence[str]) -> ConfusionCounts:
    """Count rows and errors."""
    pairs = Counter((g, p) for g, p in zip(gold, predicted, strict=True) if g != p)
    return ConfusionCounts(dict(Counter(gold)), dict(pairs))


def counts_from_measures(measures: EvaluationFacts) -> ConfusionCounts:
    """Read the counts from the measures of an evaluation."""
    rows = {one.label: one.rows for one in measures.per_label}
    errors = {(one.gold, one.predicted): one.count for one in measures.confused_pairs}
    return ConfusionCounts(rows, errors)


def rank_confused_pairs(validation: ConfusionCounts, train: ConfusionCounts, *, limit: int) -> list[ConfusedPair]:
    """The at most `limit` pairs with the most expected errors, worst first; `train` holds out-of-fold counts."""
    found = {tuple(sorted(pair)) for counts in (validation, train) for pair in counts.errors}
    pairs = [
        ConfusedPair(
            (one, other),
            validation.between(one, other),
            train.between(one, other),
            validation.rows.get(one, 0) + validation.rows.get(other, 0),
            train.rows.get(one, 0) + train.rows.get(other, 0),
        )
        for one, other in sorted(found)
    ]
    pairs = [pair for pair in pairs if pair.validation_errors + pair.train_errors >= MIN_ERRORS]
    return sorted(pairs, key=lambda pair: (-pair.expected_errors, pair.labels))[:limit]
