"""Labels in two levels: `scenario/intent` in one name, or in two columns of which one is coarser than the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SEPARATORS = ("/", ">", "::", ":", "|", ".", "__")
"""What stands between two levels in one name."""

MIN_SHARE = 0.9
"""So many labels have both levels, at least: a fallback often has one."""

MIN_PER_FIRST = 2
"""Labels of one first part, on average, at least."""


@dataclass(frozen=True)
class TwoLevels:
    """The first parts of labels that name two levels."""

    separator: str
    firsts: tuple[str, ...]
    """The first parts, in order of appearance."""


@dataclass(frozen=True)
class CoarserColumn:
    """A column of which every value holds several values of another one, as a scenario holds intents."""

    coarser: str
    """The column with fewer values: the one for the route, or for none."""
    finer: str
    """The column with more values: the one for the label."""
    values: int
    """Values of the coarser column."""
    labels: int
    """Values of the finer column."""


def two_levels(labels: Sequence[str]) -> TwoLevels | None:
    """The levels of labels such as `alarm/set` and `alarm/remove`; None where the names do not have two."""
    for separator in SEPARATORS:
        parts = [label.split(separator) for label in labels]
        both = [part for part in parts if len(part) == 2 and all(one.strip() for one in part)]
        firsts = dict.fromkeys(part[0].strip() for part in both)
        if len(both) >= MIN_SHARE * len(labels) and len(firsts) >= 2 and len(both) >= MIN_PER_FIRST * len(firsts):
            return TwoLevels(separator, tuple(firsts))
    return None


def coarser_columns(
    rows: Sequence[Mapping[str, object]], label_column: str, others: Iterable[str]
) -> list[CoarserColumn]:
    """The other columns that are its other level: each label has one value there, or the reverse.

    Rows without a value in one of the two columns do not count. A column whose values hardly repeat, such as an id, is
    no level of labels.
    """
    found = []
    for other in others:
        pairs = [
            (str(row[label_column]).strip(), str(row[other]).strip())
            for row in rows
            if all(row.get(name) not in (None, "") for name in (label_column, other))
        ]
        found += _levels(pairs, label_column, other)
    return found


def _levels(pairs: Sequence[tuple[str, str]], label_column: str, other: str) -> list[CoarserColumn]:
    """The two columns as levels of each other, or nothing."""
    columns = (label_column, other)
    for coarser, finer in ((1, 0), (0, 1)):
        held: dict[str, set[str]] = defaultdict(set)
        for pair in pairs:
            held[pair[finer]].add(pair[coarser])
        values = {value for own in held.values() for value in own}
        repeats = len(pairs) >= MIN_PER_FIRST * len(held)
        is_level = len(values) > 1 and len(held) >= MIN_PER_FIRST * len(values) and repeats
        if is_level and all(len(own) == 1 for own in held.values()):
            return [CoarserColumn(columns[coarser], columns[finer], len(values), len(held))]
    return []
