"""Every hold-out row near some train rows: the nearest one alone does not say whether a row is a leak."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from winnow.config.task import Task
from winnow.core.array_cache import load_arrays, save_arrays
from winnow.core.hashing import stable_hash
from winnow.core.progress import Progress
from winnow.curation.checks.leak_guards import LeakGuards
from winnow.curation.checks.similarity import measurement_key
from winnow.curation.checks.similarity_search import RowPositions, RowVectors, Similarities
from winnow.curation.checks.threshold_costs import lowest_cosine
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.exact_search import NearPairs, near_rows
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    import pandas as pd


def with_near_hold_out(
    similarities: Similarities,
    eligible: pd.DataFrame,
    task: Task,
    embedder: Embedder,
    *,
    vectors_cache: Path,
    near_cache: Path,
    progress: Progress | None = None,
) -> Similarities:
    """The similarities with every hold-out row near the train rows whose nearest one a guard keeps apart.

    Few rows are searched, and the result is cached: when nothing changed, no model is loaded.
    """
    guards, floor = kind_of(task).guards(task), min(lowest_cosine(task), task.gates.leakage.cosine)
    rows = np.array(LeakGuards(eligible, guards).doubtful(similarities.nearest, floor), dtype=np.int64)
    if len(rows):
        doubtful = stable_hash("\n".join(eligible["id"].iloc[rows]), length=16)
        path = near_cache / f"hold-out-{measurement_key(eligible, task, embedder)}-{floor:g}-{doubtful}.npz"
        stored = load_arrays(path)
        if stored is None:
            vectors = RowVectors(eligible, guards, embedder, vectors_cache, progress)
            found = near_hold_out(vectors, rows, floor)
            save_arrays(path, {"left": found.left, "right": found.right, "similarity": found.similarity})
        else:
            found = NearPairs(stored["left"], stored["right"], stored["similarity"])
    else:
        found = NearPairs(rows, rows, np.empty(0, dtype=np.float32))
    return replace(similarities, nearest=replace(similarities.nearest, near=found, near_floor=floor))


def near_hold_out(vectors: RowVectors, rows: RowPositions, floor: float) -> NearPairs:
    """Pairs of train rows and hold-out rows within `floor`, plain or masked, whichever is nearer; repeats have 1."""
    hold_out = vectors.hold_out
    vectors.prepare(plain=[rows, hold_out], masked=[rows, hold_out])
    best: dict[tuple[int, int], float] = {}
    for view in (vectors.plain, vectors.masked):
        found = near_rows(view(rows), view(hold_out), floor)
        for left, right, cosine in zip(
            rows[found.left].tolist(), hold_out[found.right].tolist(), found.similarity.tolist(), strict=True
        ):
            best[left, right] = max(min(cosine, 1.0), best.get((left, right), -1.0))
    with_key: dict[object, list[int]] = {}
    for position, keys in zip(hold_out.tolist(), vectors.keys(hold_out), strict=True):
        for key in keys:
            with_key.setdefault(key, []).append(position)
    for row, keys in zip(rows.tolist(), vectors.keys(rows), strict=True):
        best |= {(row, position): 1.0 for key in keys for position in with_key.get(key, ())}
    pairs = np.array(sorted(best), dtype=np.int64).reshape(-1, 2)
    similarity = np.array([best[left, right] for left, right in pairs.tolist()], dtype=np.float32)
    return NearPairs(pairs[:, 0], pairs[:, 1], similarity)
