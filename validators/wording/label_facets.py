"""Facets of the train rows of every label, and the labels with a shortfall."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from winnow.config.task import Task
from winnow.validators.kinds import kind_of

BALANCED_FACETS = ("phrasing", "length")
"""Facets in which no value may cover nearly all rows of a label. (Clean spelling may.)"""

ENGLISH_FACETS = ("phrasing",)
"""Facets whose rules know English words only: in other languages, nearly every statement is `formal`."""

ROUNDING = 1e-9


@dataclass(frozen=True)
class FacetShortfall:
    """A label with too many or too few rows with one value of a facet."""

    label: str
    facet: str
    value: str
    share: float
    wanted: float
    missing: int
    """Rows to add, with this value (or, if it has too many, with any other value), to resolve the shortfall."""
    too_much: bool

    def __str__(self) -> str:
        bound = "at most" if self.too_much else "at least"
        return f"{self.label}: {self.share:.0%} {self.facet}={self.value}, wanted {bound} {self.wanted:.0%}"


@dataclass(frozen=True)
class FacetMarginals:
    """Facets of the train rows of every label, and the labels with a shortfall."""

    counts: dict[str, dict[str, dict[str, int]]]
    """Train rows by label, facet and value. Every label has an entry for every value that occurs in any label."""
    rows: dict[str, int]
    """Train rows by label."""
    shortfalls: list[FacetShortfall]

    def short_labels(self) -> set[str]:
        """Labels with a shortfall."""
        return {short.label for short in self.shortfalls}

    def labels_below_target(self) -> set[str]:
        """Labels with less of a value than `targets.facets` asks for."""
        return {short.label for short in self.shortfalls if not short.too_much}

    def judged(self) -> int:
        """Number of labels with enough rows to be judged."""
        return sum(count >= MIN_LABEL_ROWS for count in self.rows.values())


def measure_marginals(labels: Sequence[str], facets: Sequence[Mapping[str, str]], task: Task) -> FacetMarginals:
    """Facet marginals per label of train rows, without combinations of facets. Labels with few rows are not judged."""
    counted = Counter((label, *item) for label, found in zip(labels, facets, strict=True) for item in found.items())
    values: dict[str, set[str]] = {facet: set(wanted) for facet, wanted in task.targets.facets.items()}
    for _, facet, value in counted:
        values.setdefault(facet, set()).add(value)
    own = Counter(labels)
    rows = {label: own[label] for label in kind_of(task).targets(task)}
    counts = {
        label: {facet: {value: counted[label, facet, value] for value in sorted(values[facet])} for facet in values}
        for label in rows
    }
    short = [
        one
        for label, count in rows.items()
        if count >= MIN_LABEL_ROWS
        for one in (*_one_sided(label, count, counts[label], task), *_missing(label, count, counts[label], task))
    ]
    return FacetMarginals(
        counts, rows, sorted(short, key=lambda s: (-abs(s.share - s.wanted), s.label, s.facet, s.value))
    )


def _one_sided(label: str, rows: int, counts: Mapping[str, Mapping[str, int]], task: Task) -> list[FacetShortfall]:
    most = task.gates.facet_marginals.share_max
    return [
        FacetShortfall(label, facet, value, count / rows, most, _others_needed(count, rows, most), too_much=True)
        for facet in BALANCED_FACETS
        if task.language == "en" or facet not in ENGLISH_FACETS
        for value, count in counts.get(facet, {}).items()
        if count / rows > most
    ]


def _missing(label: str, rows: int, counts: Mapping[str, Mapping[str, int]], task: Task) -> list[FacetShortfall]:
    return [
        FacetShortfall(
            label,
            facet,
            value,
            counts[facet][value] / rows,
            least,
            _more_needed(counts[facet][value], rows, least),
            too_much=False,
        )
        for facet, wanted in task.targets.facets.items()
        for value, least in wanted.items()
        if counts[facet][value] / rows < least
    ]


def _others_needed(count: int, rows: int, most: float) -> int:
    """Rows n of other values needed for `count` to be at most the share `most`: count <= most * (rows + n)."""
    return math.ceil(count / most - rows - ROUNDING) if most > 0 else rows


def _more_needed(count: int, rows: int, least: float) -> int:
    """Rows n of the value needed for it to have the share `least`: count + n >= least * (rows + n)."""
    return math.ceil((least * rows - count) / (1 - least) - ROUNDING) if least < 1 else rows


MIN_LABEL_ROWS = 20
"""Minimum train rows for a label to be judged by its facets: with fewer, a single row would decide."""
