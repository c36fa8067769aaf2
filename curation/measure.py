"""Nearness of one state of the workspace: near pairs in train, and what train has near the hold-out.

Measured once, kept, and brought up to date: after a change only the records that are new, or stand elsewhere, are
compared. Every cosine is a pair's own (`near.cosines`), so that a measurement does not depend on how it came about.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from curation.embed import Embedder, Progress, Vectors
from curation.measurements import load_arrays, newest, save_arrays
from curation.near import Pairs, near_pairs, near_pairs_of, nearest
from curation.selection import COST_THRESHOLDS, EXCLUDED, Nearest
from curation.task import Task
from curation.vectors import vectors_for
from validators.guards import Guards

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "2"
"""Raise it when what is measured changes: older cache entries are then not found."""
SPLITS = ("train", "validation", "test")
CODES = {EXCLUDED: 0, "train": 1, "validation": 2, "test": 3}
MOST_CHANGED = 0.10
"""Share of records above which everything is measured anew."""
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Measured:
    """Nearness in one state of the workspace, by position in the table."""

    pairs: Pairs
    """Train candidates near each other, down to the lowest threshold that is ever shown."""
    nearest: Nearest
    """Each train candidate's nearest hold-out row, numbers and slot values masked or not, whichever is nearer; of
    equally near ones the first, validation before test."""
    validation_to_test: float
    """Highest similarity between a validation and a test row; -1 when one of them is empty."""


def measure(
    placed: pd.DataFrame,
    task: Task,
    embedder: Embedder,
    *,
    vectors_cache: Path,
    near_cache: Path,
    progress: Progress | None = None,
) -> Measured:
    """Measure a candidate table (sorted by id), or find it measured: with nothing changed, no model is loaded."""
    floor = lowest_cosine(task)
    settings = _settings(task, embedder, floor)
    path = near_cache / f"near-{settings}-{_state(placed)}.npz"
    stored = load_arrays(path)
    if stored is not None:
        return _from_arrays(stored)
    space = _Space(placed, Guards(task.slots), embedder, vectors_cache, progress)
    before = newest(near_cache, f"near-{settings}-*.npz")
    change = _change(before, placed) if before else None
    measured = _updated(change, space, floor) if change else _anew(space, floor)
    save_arrays(path, _to_arrays(measured, placed))
    return measured


def lowest_cosine(task: Task) -> float:
    """The lowest cosine that dedup is asked about."""
    return min(*COST_THRESHOLDS, task.gates.duplicates.cosine)


def _settings(task: Task, embedder: Embedder, floor: float) -> str:
    """Names everything but the records that a measurement depends on: model, masks, threshold."""
    facts = json.dumps([FORMAT, embedder.identity, floor, task.slots], sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def _state(placed: pd.DataFrame) -> str:
    """Names the records and where they stand."""
    state = "\n".join([*placed["id"], *placed["split"]])
    return hashlib.sha256(state.encode()).hexdigest()[:16]


class _Space:
    """The rows of a table as vectors, plain or masked; those that are asked for are embedded together."""

    def __init__(
        self, placed: pd.DataFrame, guards: Guards, embedder: Embedder, cache: Path, progress: Progress | None
    ) -> None:
        self.texts = placed["text"].to_numpy(dtype=object)
        self.folds = placed["fold_key"].to_numpy(dtype=object)
        codes = np.array([CODES[split] for split in placed["split"]])
        self.train, self.validation, self.test = (
            np.flatnonzero(codes == CODES[s]) for s in ("train", "validation", "test")
        )
        self.held = np.concatenate([self.validation, self.test])
        self.rank = np.full(len(codes), len(codes), dtype=np.int64)
        self.rank[self.held] = np.arange(len(self.held))
        self._guards, self._embed = guards, (embedder, cache, progress)
        self._masked: dict[int, str] = {}
        self._place: dict[str, int] = {}
        self._vectors: Vectors = np.empty((0, 0), dtype=np.float32)

    def prepare(self, *, plain: Sequence[Rows], masked: Sequence[Rows]) -> None:
        """Have the vectors of these rows at hand."""
        for row in np.concatenate([np.empty(0, dtype=np.int64), *masked]).tolist():
            if row not in self._masked:
                self._masked[row] = self._guards.masked(self.texts[row])
        wanted = [*self.texts[np.concatenate([np.empty(0, dtype=np.int64), *plain])], *self._masked.values()]
        unique = list(dict.fromkeys(wanted))
        embedder, cache, progress = self._embed
        self._vectors = vectors_for(unique, embedder, cache, progress=progress)
        self._place = {text: i for i, text in enumerate(unique)}

    def plain(self, rows: Rows) -> Vectors:
        """Vectors of the texts."""
        return self._vectors[[self._place[text] for text in self.texts[rows]]] if len(rows) else self._none()

    def masked(self, rows: Rows) -> Vectors:
        """Vectors of the texts with numbers and slot values masked."""
        return self._vectors[[self._place[self._masked[row]] for row in rows.tolist()]] if len(rows) else self._none()

    def keys(self, rows: Rows) -> list[str]:
        """Under which a row repeats another: folded and masked."""
        return [self._guards.masked(fold) for fold in self.folds[rows]]

    def _none(self) -> Vectors:
        return np.empty((0, self._vectors.shape[1]), dtype=np.float32)


def _anew(space: _Space, floor: float) -> Measured:
    every = [space.train, space.held]
    space.prepare(plain=every, masked=every)
    pairs = near_pairs(space.plain(space.train), floor)
    size = len(space.texts)
    position, similarity = np.full(size, -1, dtype=np.int64), np.full(size, -1.0, dtype=np.float32)
    position[space.train], similarity[space.train] = _nearest_held(space, space.train, space.held)
    return Measured(
        Pairs(space.train[pairs.left], space.train[pairs.right], pairs.similarity),
        Nearest(position, similarity),
        _highest(space, space.validation, space.test),
    )


def _nearest_held(space: _Space, rows: Rows, held: Rows) -> tuple[Rows, NDArray[np.float32]]:
    """Of each row the nearest hold-out row, plain or masked, exact repeats first; of equally near ones the first."""
    index, similarity = nearest(space.plain(rows), space.plain(held))
    masked_index, masked_similarity = nearest(space.masked(rows), space.masked(held))
    better = (masked_similarity > similarity) | ((masked_similarity == similarity) & (masked_index < index))
    index, similarity = np.where(better, masked_index, index), np.where(better, masked_similarity, similarity)
    first = {key: i for i, key in reversed(list(enumerate(space.keys(held))))}
    for row, key in enumerate(space.keys(rows)):
        repeated = first.get(key)
        if repeated is not None and (similarity[row] < 1 or repeated < index[row]):
            index[row], similarity[row] = repeated, 1.0
    return np.where(index >= 0, held[index] if len(held) else -1, -1), np.minimum(similarity, np.float32(1.0))


def _highest(space: _Space, validation: Rows, test: Rows) -> float:
    """Highest cosine between two sets of rows, plain or masked; -1 when one is empty."""
    views = (nearest(view(validation), view(test))[1] for view in (space.plain, space.masked))
    return max(float(similarity.max(initial=-1.0)) for similarity in views)


@dataclass(frozen=True)
class _Change:
    """How a table differs from the one that was measured last."""

    stored: dict[str, Any]
    now: Rows
    """For each row of the old table its position now; -1 where it is gone or stands elsewhere."""
    new: Rows
    """Positions of the used rows that are new, or stand elsewhere."""
    held_gone: bool


def _change(stored: dict[str, Any], placed: pd.DataFrame) -> _Change | None:
    """None when so much has changed that all is measured anew."""
    ids = placed["id"].to_numpy().astype("U20")
    codes = np.array([CODES[split] for split in placed["split"]], dtype=np.int8)
    old_ids, old_codes = stored["ids"], stored["codes"]
    if not len(ids) or not len(old_ids):
        return None
    place = np.minimum(np.searchsorted(ids, old_ids), len(ids) - 1)
    stays = (ids[place] == old_ids) & (codes[place] == old_codes)
    now = np.where(stays, place, -1)
    known = np.zeros(len(ids), dtype=bool)
    known[now[stays]] = True
    new = np.flatnonzero(~known & (codes != CODES[EXCLUDED]))
    gone = ~stays & (old_codes != CODES[EXCLUDED])
    if len(new) + gone.sum() > MOST_CHANGED * max(int((codes != CODES[EXCLUDED]).sum()), 1):
        return None
    return _Change(stored, now, new, bool((gone & (old_codes != CODES["train"])).any()))


def _updated(change: _Change, space: _Space, floor: float) -> Measured:
    """What was measured, without what is gone and with what is new."""
    before = _from_arrays(change.stored)
    is_new = np.zeros(len(space.texts), dtype=bool)
    is_new[change.new] = True
    new_train, new_held = space.train[is_new[space.train]], space.held[is_new[space.held]]
    position, similarity = _carried(before.nearest, change.now, len(space.texts))
    alone = np.zeros(len(space.texts), dtype=bool)  # train rows with no nearest row any more, or none yet
    alone[space.train] = position[space.train] < 0
    alone, settled = np.flatnonzero(alone), space.train[position[space.train] >= 0]
    across = len(new_held) > 0 or change.held_gone
    plain = [space.train] if len(new_train) or len(new_held) else [alone]
    both = [alone, *([space.held] if len(alone) or across else []), *([settled] if len(new_held) else [])]
    space.prepare(plain=[*plain, *both], masked=both)
    if len(alone):
        position[alone], similarity[alone] = _nearest_held(space, alone, space.held)
    if len(new_held) and len(settled):
        other, cosine = _nearest_held(space, settled, new_held)
        nearer = (cosine > similarity[settled]) | (
            (cosine == similarity[settled]) & (space.rank[other] < space.rank[position[settled]])
        )
        position[settled[nearer]], similarity[settled[nearer]] = other[nearer], cosine[nearer]
    highest = _highest(space, space.validation, space.test) if across else before.validation_to_test
    return Measured(
        _pairs_now(before.pairs, change.now, new_train, space, floor), Nearest(position, similarity), highest
    )


def _carried(before: Nearest, now: Rows, size: int) -> tuple[Rows, NDArray[np.float32]]:
    """Old nearest rows at their positions now; -1 where either row is gone."""
    position, similarity = np.full(size, -1, dtype=np.int64), np.full(size, -1.0, dtype=np.float32)
    had = np.flatnonzero((now >= 0) & (before.position >= 0))
    had = had[now[before.position[had]] >= 0]
    position[now[had]], similarity[now[had]] = now[before.position[had]], before.similarity[had]
    return position, similarity


def _pairs_now(before: Pairs, now: Rows, new_train: Rows, space: _Space, floor: float) -> Pairs:
    left, right = now[before.left], now[before.right]
    both = (left >= 0) & (right >= 0)
    left, right, similarity = left[both], right[both], before.similarity[both]
    if len(new_train):
        own = near_pairs_of(np.searchsorted(space.train, new_train), space.plain(space.train), floor)
        left = np.concatenate([left, space.train[own.left]])
        right = np.concatenate([right, space.train[own.right]])
        similarity = np.concatenate([similarity, own.similarity])
    order = np.lexsort((right, left))
    return Pairs(left[order], right[order], similarity[order])


def _to_arrays(measured: Measured, placed: pd.DataFrame) -> dict[str, Any]:
    return {
        "ids": placed["id"].to_numpy().astype("U20"),
        "codes": np.array([CODES[split] for split in placed["split"]], dtype=np.int8),
        "left": measured.pairs.left,
        "right": measured.pairs.right,
        "similarity": measured.pairs.similarity,
        "nearest": measured.nearest.position,
        "nearest_similarity": measured.nearest.similarity,
        "validation_to_test": measured.validation_to_test,
    }


def _from_arrays(stored: dict[str, Any]) -> Measured:
    pairs = Pairs(stored["left"], stored["right"], stored["similarity"])
    near = Nearest(stored["nearest"], stored["nearest_similarity"])
    return Measured(pairs, near, float(stored["validation_to_test"]))
