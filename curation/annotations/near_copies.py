"""Groups that keep near-identical records of one label together, so that none confirms the label of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.vectors import Vectors

NEAR_COPY = 0.9
"""Cosine from which records with the same label are kept in one fold. Between 0.90 and 0.95, a wrong label that was
copied with small changes to the text still confirmed itself (docs/decisions/0079-how-many-labels-are-wrong.md)."""

MOST_CELLS = 20_000_000
"""Cosines that are held at once."""

MOST_ROWS = 20_000
"""Records of one label that are compared with each other; a larger label is compared in parts of this size."""


def groups_with_near_copies(
    vectors: Vectors, codes: NDArray[np.int64], groups: Sequence[str], *, at_least: int
) -> list[str]:
    """The group of every row, where groups with near-identical rows of one label are one.

    A label keeps its groups as they are if fewer than `at_least` would be left: it could not be judged.
    """
    joined: dict[str, str] = {}
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        own = [groups[row] for row in rows.tolist()]
        found = dict(_pairs(vectors[rows], own))
        if len(set(own)) - len(found) >= at_least:
            joined |= {group: first for group, first in found.items() if group not in joined}
    return [_first(group, joined) for group in groups]


def _pairs(vectors: Vectors, groups: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each group that has a near copy in an earlier one, and that one, which has none in an earlier one itself."""
    for start in range(0, len(groups), MOST_ROWS):
        part = slice(start, start + MOST_ROWS)
        leaders = _leaders(vectors[part])
        names = groups[part]
        later = {names[row]: names[leader] for row, leader in enumerate(leaders.tolist()) if names[row] > names[leader]}
        yield from ((group, first) for group, first in later.items() if first not in later)


def _leaders(vectors: Vectors) -> NDArray[np.int64]:
    """For every row, the first row near it that is near no earlier leader: near copies do not form chains."""
    count = len(vectors)
    leader = np.full(count, -1)
    step = max(1, MOST_CELLS // count)
    for start in range(0, count, step):
        near = vectors[start : start + step] @ vectors.T >= NEAR_COPY
        for row in np.flatnonzero(leader[start : start + step] < 0).tolist():
            if leader[start + row] < 0:
                near[row, start + row] = True
                leader[near[row] & (leader < 0)] = start + row
    return leader


def _first(group: str, joined: dict[str, str]) -> str:
    """The group that a group belongs to; names only become smaller, so this ends."""
    while group in joined:
        group = joined[group]
    return group
