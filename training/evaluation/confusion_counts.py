"""Which pairs of labels a model confuses, from counts alone: no text, no id. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MIN_ERRORS = 2
"""Errors between two labels below which they are no confused pair: one may be chance."""


@dataclass(frozen=True)
class ConfusionCounts:
    """Rows by gold label, and errors by gold and predicted label."""

    rows: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def between(self, one: str, other: str) -> int:
        """Errors between two labels, in either direction."""
        return self.errors.get((one, other), 0) + self.errors.get((other, one), 0)

    def errors_with_gold(self, label: str) -> int:
        """Rows of a label that were read as another."""
        return sum(count for (gold, _), count in self.errors.items() if gold == label)


@dataclass(frozen=True)
class ConfusedPair:
    """Two labels that the model mixes up."""

    labels: tuple[str, str]
    """In alphabetical order."""
    validation_errors: int
    train_errors: int
    """Of train rows, by probes that did not see their group. A wrong label counts as an error here."""
    validation_rows: int
    """Rows of either label."""
    train_rows: int

    @property
    def share(self) -> float:
        """Errors between the two among all rows of either, validation and train together."""
        return (self.validation_errors + self.train_errors) / (self.validation_rows + self.train_rows)

    @property
    def expected_errors(self) -> float:
        """Errors that validation would show at this share; of train where there are no validation rows.

        Validation is drawn as users ask, and train is not: so it says how much a share weighs, while both say how
        large it is.
        """
        return self.share * (self.validation_rows or self.train_rows)


def count_confusions(gold: Sequence[str], predicted: Sequence[str]) -> ConfusionCounts:
    """The counts of labels and predictions."""
    pairs = Counter((g, p) for g, p in zip(gold, predicted, strict=True) if g != p)
    return ConfusionCounts(dict(Counter(gold)), dict(pairs))


def counts_from_measures(measures: Mapping[str, Any]) -> ConfusionCounts:
    """The counts in the measures of an evaluation."""
    rows = {str(one["label"]): int(one["rows"]) for one in measures["per_label"]}
    errors = {(str(c["gold"]), str(c["predicted"])): int(c["count"]) for c in measures["confused_pairs"]}
    return ConfusionCounts(rows, errors)


def rank_confused_pairs(validation: ConfusionCounts, train: ConfusionCounts, *, limit: int) -> list[ConfusedPair]:
    """The at most `most` pairs that cost validation most errors, the worst first; `train` is counted out of fold."""
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
