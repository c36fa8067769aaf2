"""What a split of a release has of the rows of its sources: repeats count once, and some rows are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from winnow.core.counted import counted
from winnow.core.record import ABSENT_IF_NONE, Record
from winnow.core.result import Measured
from winnow.validators.stats.clustered_share import ClusterCount, clustered_proportion


class RowsOfSources(Record):
    """The rows of the sources that were assigned to a split."""

    occurrences: Annotated[int | None, ABSENT_IF_NONE] = None
    """How often the measured rows occur in the sources: more often than their number where texts repeat."""
    accuracy_by_occurrences: Annotated[Measured | None, ABSENT_IF_NONE] = None
    """Accuracy where each row counts as often as it occurs, with the interval of as many rows as tell the same; absent
    where no row repeats."""
    left_out: Annotated[dict[str, int] | None, ABSENT_IF_NONE] = None
    """Rows of the sources that were assigned to this split and are not in it, by reason; absent without any."""

    def population_of(self, rows: int) -> str:
        """The measured rows, of how many of the sources, and why the others are missing, in words."""
        repeats = (self.occurrences or rows) - rows
        missing = ({"repeats": repeats} if repeats else {}) | (self.left_out or {})
        measured = counted(rows, "row")
        if not missing:
            return measured
        why = ", ".join(f"{count:,} {reason}" for reason, count in missing.items())
        return f"{measured} of {rows + sum(missing.values()):,}; without {why}"


def accuracy_by_occurrences(right: Sequence[bool], weights: Sequence[int]) -> Measured | None:
    """Accuracy over the occurrences of rows: all of one row are right or wrong together. None if no row repeats."""
    if max(weights, default=1) <= 1:
        return None
    counts = [ClusterCount(int(hit) * weight, weight) for hit, weight in zip(right, weights, strict=True)]
    found = clustered_proportion(counts)
    return found if isinstance(found, Measured) else None
