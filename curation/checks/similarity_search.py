"""The full search: near pairs in train, and each train row's nearest hold-out row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from winnow.core.example import repeat_key
from winnow.core.progress import Progress
from winnow.core.vocabulary import SPLITS
from winnow.curation.checks.eligibility import EXCLUDED
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.exact_search import NearestRows, NearPairs, near_pairs, nearest
from winnow.curation.engine.vectors import Vectors
from winnow.validators.wording.guards import Guards

if TYPE_CHECKING:
    import pandas as pd


SPLIT_CODES = {EXCLUDED: 0, **{split: code for code, split in enumerate(SPLITS, 1)}}
"""How splits are stored in cached arrays."""

RowPositions = NDArray[np.int64]


@dataclass(frozen=True)
class NearestHoldOut:
    """The nearest hold-out row of each train row, by position in the table of eligible rows."""

    position: NDArray[np.int64]
    """Position of the hold-out row; -1 where there is none."""
    similarity: NDArray[np.float32]
    """Cosine, or 1 for an exact repeat; -1 where there is none."""
    near: NearPairs | None = None
    """Train row and hold-out row, for every hold-out row near the train rows whose nearest one a guard keeps apart;
    None where that was not searched."""
    near_floor: float = 1.0
    """The cosine down to which these were searched."""


@dataclass(frozen=True)
class Similarities:
    """Similarities in one state of the workspace, by position in the table."""

    pairs: NearPairs
    """Train rows near each other, down to the lowest threshold that is shown."""
    nearest: NearestHoldOut
    """The nearest hold-out row of each train row, as written or with numbers and slot values masked, whichever is
    nearer; among equally near ones the first, validation before test."""
    validation_to_test: float
    """Highest similarity between a validation and a test row; -1 when one of them is empty."""


class RowVectors:
    """The rows of a table as vectors, plain or masked; requested rows are embedded together."""

    _vectors: Vectors
    """The vectors of the texts in `_position`; `prepare` sets both."""

    def __init__(
        self, eligible: pd.DataFrame, guards: Guards, embedder: Embedder, cache: Path | None, progress: Progress | None
    ) -> None:
        self.texts = eligible["text"].to_numpy(dtype=object)
        self.folds = eligible["fold_key"].to_numpy(dtype=object)
        codes = np.array([SPLIT_CODES[split] for split in eligible["split"]])
        self.train, self.validation, self.test = (np.flatnonzero(codes == SPLIT_CODES[s]) for s in SPLITS)
        self.hold_out = np.concatenate([self.validation, self.test])
        self.rank = np.full(len(codes), len(codes), dtype=np.int64)
        self.rank[self.hold_out] = np.arange(len(self.hold_out))
        self._guards, self._embed = guards, (embedder, cache, progress)
        self._masked: dict[int, str] = {}
        self._position: dict[str, int] = {}

    def prepare(self, *, plain: Sequence[RowPositions], masked: Sequence[RowPositions]) -> None:
        """Embed these rows, so that `plain` and `masked` can return their vectors."""
        self._masked = {row: self._guards.masked(self.texts[row]) for rows in masked for row in rows.tolist()}
        wanted = [text for rows in plain for text in self.texts[rows]]
        unique = list(dict.fromkeys([*wanted, *self._masked.values()]))
        embedder, cache, progress = self._embed
        self._vectors = compared_vectors(unique, embedder, cache, ComparedFor.REPEATS, progress=progress)
        self._position = {text: i for i, text in enumerate(unique)}

    def plain(self, rows: RowPositions) -> Vectors:
        """Vectors of the texts."""
        return self._vectors[[self._position[text] for text in self.texts[rows]]]

    def masked(self, rows: RowPositions) -> Vectors:
        """Vectors of the texts with numbers and slot values masked."""
        return self._vectors[[self._position[self._masked[row]] for row in rows.tolist()]]

    def is_changed(self, rows: RowPositions) -> NDArray[np.bool_]:
        """Whether masking changes the text."""
        return np.array([self._masked[row] != self.texts[row] for row in rows.tolist()], dtype=bool)

    def keys(self, rows: RowPositions) -> list[tuple[str, str]]:
        """Two keys of each row: masked, and without punctuation. A row repeats another if they share either."""
        return [(self._guards.masked(fold), repeat_key(fold)) for fold in self.folds[rows]]


def search_all(row_vectors: RowVectors, floor: float) -> Similarities:
    """Search everything; near pairs down to the cosine `floor`."""
    every = [row_vectors.train, row_vectors.hold_out]
    row_vectors.prepare(plain=every, masked=every)
    pairs = near_pairs(row_vectors.plain(row_vectors.train), floor)
    size = len(row_vectors.texts)
    position, similarity = np.full(size, -1, dtype=np.int64), np.full(size, -1.0, dtype=np.float32)
    position[row_vectors.train], similarity[row_vectors.train] = nearest_hold_out_rows(
        row_vectors, row_vectors.train, row_vectors.hold_out
    )
    return Similarities(
        NearPairs(row_vectors.train[pairs.left], row_vectors.train[pairs.right], pairs.similarity),
        NearestHoldOut(position, similarity),
        highest_similarity(row_vectors, row_vectors.validation, row_vectors.test),
    )


def nearest_hold_out_rows(row_vectors: RowVectors, rows: RowPositions, hold_out: RowPositions) -> NearestRows:
    """The nearest hold-out row of each row, plain or masked, exact repeats first; among equally near ones the first."""
    index, similarity = _nearest_plain_or_masked(row_vectors, rows, hold_out)
    first = {key: i for i, keys in reversed(list(enumerate(row_vectors.keys(hold_out)))) for key in keys}
    for row, keys in enumerate(row_vectors.keys(rows)):
        repeated = min((first[key] for key in keys if key in first), default=None)
        if repeated is not None and (similarity[row] < 1 or repeated < index[row]):
            index[row], similarity[row] = repeated, 1.0
    return NearestRows(hold_out[index] if len(hold_out) else index, np.minimum(similarity, np.float32(1.0)))


def _nearest_plain_or_masked(row_vectors: RowVectors, rows: RowPositions, others: RowPositions) -> NearestRows:
    """The nearest other row of each row, as written or masked, whichever is nearer; by place among `others`.

    Masked texts are compared only where masking changes one of the two: of the other pairs the cosine is known.
    """
    found = nearest(row_vectors.plain(rows), row_vectors.plain(others))
    row_changes, other_changes = row_vectors.is_changed(rows), row_vectors.is_changed(others)
    every, changed = np.arange(len(others)), np.flatnonzero(other_changes)
    for own, against in ((np.flatnonzero(row_changes), every), (np.flatnonzero(~row_changes), changed)):
        if len(own) and len(against):
            place, cosine = nearest(row_vectors.masked(rows[own]), row_vectors.masked(others[against]))
            place = against[place]
            before = NearestRows(found.position[own], found.similarity[own])
            better = (cosine > before.similarity) | ((cosine == before.similarity) & (place < before.position))
            found.position[own] = np.where(better, place, before.position)
            found.similarity[own] = np.where(better, cosine, before.similarity)
    return found


def highest_similarity(row_vectors: RowVectors, validation: RowPositions, test: RowPositions) -> float:
    """Highest cosine between two sets of rows, plain or masked; -1 when one is empty."""
    found = _nearest_plain_or_masked(row_vectors, validation, test)
    return float(found.similarity.max(initial=-1.0))


def similarities_from_arrays(stored: dict[str, Any]) -> Similarities:
    """Read what was cached."""
    pairs = NearPairs(stored["left"], stored["right"], stored["similarity"])
    near = NearestHoldOut(stored["nearest"], stored["nearest_similarity"])
    return Similarities(pairs, near, float(stored["validation_to_test"]))
