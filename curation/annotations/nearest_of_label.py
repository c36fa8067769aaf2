"""The nearest records of a label, which annotators see next to a suspected label error."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from winnow.curation.engine.exact_search import cosines
from winnow.curation.engine.vectors import Vectors

NEAREST_SHOWN = 3
"""Records of either label that annotators are shown."""


class NearestOfLabel:
    """The nearest records of a label in other groups; of equally near ones, those whose group comes first."""

    def __init__(self, vectors: Vectors, labels: Sequence[str], groups: Sequence[str]) -> None:
        self._vectors, self._labels = vectors, labels
        self._groups = np.unique(list(groups), return_inverse=True)[1]

    def of(self, row: int, label: str) -> tuple[tuple[int, float], ...]:
        """Position and cosine, nearest first."""
        members, vectors = self._members[label]
        ranked = members[np.argsort(-(vectors @ self._vectors[row]), kind="stable")]
        shown = ranked[self._groups[ranked] != self._groups[row]][:NEAREST_SHOWN]
        similarity = cosines(self._vectors[[row] * len(shown)], self._vectors[shown])
        return tuple(zip(shown.tolist(), similarity.tolist(), strict=True))

    @cached_property
    def _members(self) -> dict[str, tuple[NDArray[np.int64], Vectors]]:
        """Positions and vectors of the records of each label, by group."""
        found: dict[str, list[int]] = defaultdict(list)
        order = sorted(range(len(self._labels)), key=lambda i: (self._groups[i], self._vectors[i].tobytes()))
        for row in order:
            found[self._labels[row]].append(row)
        return {label: (np.array(rows), self._vectors[rows]) for label, rows in found.items()}
