"""Shares of answers of which several belong to one dialogue: effective rows, their interval and their exact bounds.

Answers of one dialogue are right or wrong together more often than chance, so a share of them is less certain than the
same share of independent rows. The design effect is the ratio of the variance between dialogues to that of independent
rows (Kish 1965, with the ratio estimator); rows divided by it are the effective rows of Wilson's interval and of the
exact bounds, which hold for fractions (Korn and Graubard 1998).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from winnow.core.result import Measure, Measured, NotMeasured
from winnow.validators.stats.intervals import wilson_bounds


class ClusterCount(NamedTuple):
    """The rows of one cluster, such as the answers of one dialogue."""

    hits: int
    rows: int


class EffectiveCount(NamedTuple):
    """The independent rows that tell as much as clustered ones, and the hits among them; both may be fractions."""

    hits: float
    rows: float


def count_by_cluster(rows: Iterable[tuple[Hashable, int, int]]) -> list[ClusterCount]:
    """The counts of every cluster, in the order of its first row, from rows of cluster, hits and size."""
    found: dict[Hashable, ClusterCount] = {}
    for cluster, hits, size in rows:
        before = found.get(cluster, ClusterCount(0, 0))
        found[cluster] = ClusterCount(before.hits + hits, before.rows + size)
    return [one for one in found.values() if one.rows]


def effective_count(counts: Sequence[ClusterCount]) -> EffectiveCount:
    """The effective rows of a share, never more than its rows; 0 without rows."""
    hits, rows = sum(one.hits for one in counts), sum(one.rows for one in counts)
    if not rows:
        return EffectiveCount(0.0, 0.0)
    effective = rows / design_effect(counts)
    return EffectiveCount(hits / rows * effective, effective)


def design_effect(counts: Sequence[ClusterCount]) -> float:
    """How many times less certain a share is than one of independent rows; at least 1.

    One cluster of average size that is all right and one that is all wrong are added. Without them no cluster differs
    when everything is right, and the effect would be 1 exactly where it matters most.
    """
    size = sum(one.rows for one in counts) / len(counts)
    sizes = [*(one.rows for one in counts), size, size]
    hits = [*(one.hits for one in counts), size, 0.0]
    share = sum(hits) / sum(sizes)
    between = sum((hit - share * rows) ** 2 for hit, rows in zip(hits, sizes, strict=True))
    return max(1.0, between / (share * (1 - share) * sum(sizes)))


def clustered_proportion(counts: Sequence[ClusterCount], why: str = "no answers") -> Measure:
    """A share with its Wilson interval at the effective rows; `rows` of the figure are all rows. `why` without rows."""
    hits, rows = sum(one.hits for one in counts), sum(one.rows for one in counts)
    if not rows:
        return NotMeasured(why)
    share = hits / rows
    return Measured(share, *wilson_bounds(share, effective_count(counts).rows), rows)
