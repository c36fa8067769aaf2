"""Similarity within train and to hold-out, measured once, cached, and updated after a change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from winnow.config.task import Task
from winnow.core.array_cache import load_arrays, newest_arrays, save_arrays
from winnow.core.hashing import json_hash, stable_hash
from winnow.core.progress import Progress
from winnow.curation.checks.similarity_search import (
    SPLIT_CODES,
    RowVectors,
    Similarities,
    search_all,
    similarities_from_arrays,
)
from winnow.curation.checks.similarity_update import table_change, update_similarities
from winnow.curation.checks.threshold_costs import lowest_cosine
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    import pandas as pd


FORMAT = "5"
"""Raise it when the measurement changes: older cache entries are then ignored."""


def measure_similarity(
    eligible: pd.DataFrame,
    task: Task,
    embedder: Embedder,
    *,
    vectors_cache: Path,
    near_cache: Path,
    progress: Progress | None = None,
) -> Similarities:
    """Measure the eligible rows (sorted by id), or read the cached result; if nothing changed, no model is loaded."""
    floor = lowest_cosine(task)
    settings = _settings_hash(task, embedder, floor)
    path = near_cache / f"near-{measurement_key(eligible, task, embedder)}.npz"
    stored = load_arrays(path)
    if stored is not None:
        return similarities_from_arrays(stored)
    row_vectors = RowVectors(eligible, kind_of(task).guards(task), embedder, vectors_cache, progress)
    before = newest_arrays(near_cache, f"near-{settings}-*.npz")
    change = table_change(before, eligible) if before else None
    similarities = update_similarities(change, row_vectors, floor) if change else search_all(row_vectors, floor)
    save_arrays(path, _to_arrays(similarities, eligible))
    return similarities


def measurement_key(eligible: pd.DataFrame, task: Task, embedder: Embedder) -> str:
    """Identifies the records, their splits, and everything else that a measurement depends on."""
    return f"{_settings_hash(task, embedder, lowest_cosine(task))}-{_rows_hash(eligible)}"


def _settings_hash(task: Task, embedder: Embedder, floor: float) -> str:
    """Identifies everything that a measurement depends on except the records: model, masks, language, threshold."""
    return json_hash([FORMAT, embedder.comparison_identity, floor, task.slots, task.language], length=16)


def _rows_hash(eligible: pd.DataFrame) -> str:
    """Identifies the records and their splits."""
    return stable_hash("\n".join([*eligible["id"], *eligible["split"]]), length=16)


def _to_arrays(similarities: Similarities, eligible: pd.DataFrame) -> dict[str, Any]:
    return {
        "ids": eligible["id"].to_numpy().astype("U20"),
        "codes": np.array([SPLIT_CODES[split] for split in eligible["split"]], dtype=np.int8),
        "left": similarities.pairs.left,
        "right": similarities.pairs.right,
        "similarity": similarities.pairs.similarity,
        "nearest": similarities.nearest.position,
        "nearest_similarity": similarities.nearest.similarity,
        "validation_to_test": similarities.validation_to_test,
    }
