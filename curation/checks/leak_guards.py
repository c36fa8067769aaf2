"""Train rows that are near a hold-out row but ask for something else: they are no leaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from winnow.core.counted import counted
from winnow.core.example import repeat_key
from winnow.core.vocabulary import Split
from winnow.curation.checks.similarity_search import NearestHoldOut
from winnow.validators.wording.changed_request import MASKED, changed_request
from winnow.validators.wording.guards import Guards, protecting_guards

if TYPE_CHECKING:
    import pandas as pd


class NearHoldOutRow(NamedTuple):
    """A hold-out row near a train row, by position in the table."""

    position: int
    similarity: float


class SparedRow(NamedTuple):
    """A train row that is near hold-out rows and repeats none of them."""

    position: int
    """Position in the table."""
    nearest: NearHoldOutRow
    guards: tuple[str, ...]
    """What it differs in from the nearest one."""


@dataclass(frozen=True)
class Leaks:
    """The train rows near a hold-out row, by position in the table."""

    repeated: Mapping[int, NearHoldOutRow] = field(default_factory=dict)
    """Rows that repeat a hold-out row, with the most similar of those."""
    spared: tuple[SparedRow, ...] = ()
    """Rows that differ from every near hold-out row in what changes the request."""

    def notes(self) -> list[str]:
        """How many rows are kept although they are near, by guard; empty where there is none."""
        if not self.spared:
            return []
        counts = {name: sum(name in one.guards for one in self.spared) for one in self.spared for name in one.guards}
        by_guard = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items(), key=lambda pair: -pair[1]))
        near = f"{counted(len(self.spared), 'train row')} within the threshold of a hold-out row kept"
        highest = max(one.nearest.similarity for one in self.spared)
        return [f"{near}, because what differs changes the request: {by_guard} (highest similarity {highest:.3f})"]


class LeakGuards:
    """Decides for the rows of one table whether a train row repeats a hold-out row."""

    def __init__(self, table: pd.DataFrame, guards: Guards) -> None:
        self._texts, self._labels, self._folds = (table[name].to_list() for name in ("text", "label", "fold_key"))
        self._train = (table["split"] == Split.TRAIN).to_numpy()
        self._guards = guards

    def differences(self, row: int, hold_out: int) -> tuple[str, ...]:
        """The guards that keep a train row apart from a hold-out row; empty if it repeats it.

        Between labels every guard counts whose words are not masked, because the label is not given away. Within a
        label only those that surely change the request do.
        """
        if repeat_key(self._folds[row]) == repeat_key(self._folds[hold_out]):
            return ()
        one, other = (self._guards.signature(self._texts[position]) for position in (row, hold_out))
        if self._labels[row] == self._labels[hold_out]:
            return changed_request(one, other)
        return tuple(name for name in protecting_guards(one, other) if name not in MASKED)

    def doubtful(self, nearest: NearestHoldOut, threshold: float) -> list[int]:
        """Train rows within the threshold that do not repeat their nearest hold-out row; perhaps another one."""
        return [row for row in self._near(nearest, threshold) if self.differences(row, int(nearest.position[row]))]

    def leaks(self, nearest: NearestHoldOut, threshold: float) -> Leaks:
        """The rows that repeat a hold-out row, and those that are near one and repeat none.

        Where the other hold-out rows near a doubtful row were not searched down to the threshold, it counts as a leak.
        """
        searched = nearest.near is not None and threshold >= nearest.near_floor
        doubtful = set(self.doubtful(nearest, threshold)) if searched else set()
        near = _by_row(nearest, doubtful, threshold)
        repeated: dict[int, NearHoldOutRow] = {}
        spared: list[SparedRow] = []
        for row in self._near(nearest, threshold):
            first = NearHoldOutRow(int(nearest.position[row]), float(nearest.similarity[row]))
            if row not in doubtful:
                repeated[row] = first
            elif other := next((one for one in near.get(row, ()) if not self.differences(row, one.position)), None):
                repeated[row] = other
            else:
                spared.append(SparedRow(row, first, self.differences(row, first.position)))
        return Leaks(repeated, tuple(spared))

    def _near(self, nearest: NearestHoldOut, threshold: float) -> Iterator[int]:
        yield from np.flatnonzero(self._train & (np.asarray(nearest.similarity) >= threshold)).tolist()


def _by_row(nearest: NearestHoldOut, rows: Iterable[int], threshold: float) -> dict[int, list[NearHoldOutRow]]:
    """The hold-out rows within the threshold of each of the rows, the most similar first."""
    found: dict[int, list[NearHoldOutRow]] = {row: [] for row in rows}
    pairs = nearest.near.above(threshold) if nearest.near is not None else None
    for row, position, similarity in zip(
        *((pairs.left.tolist(), pairs.right.tolist(), pairs.similarity.tolist()) if pairs else ((), (), ())),
        strict=True,
    ):
        if row in found:
            found[row].append(NearHoldOutRow(position, similarity))
    for near in found.values():
        near.sort(key=lambda one: (-one.similarity, one.position))
    return found
