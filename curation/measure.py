"""Nearness of one state of the workspace, measured once: near pairs in train, and what train has near the hold-out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curation.embed import Embedder, Progress
from curation.guards import Guards
from curation.measurements import load_arrays, save_arrays
from curation.near import Pairs, near_pairs, nearest
from curation.selection import COST_THRESHOLDS, EXCLUDED, Nearest
from curation.task import Task
from curation.vectors import vectors_for

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "1"
"""Raise it when what is measured changes: older cache entries are then not found."""


@dataclass(frozen=True)
class Measured:
    """Nearness in one state of the workspace, by position in the table."""

    pairs: Pairs
    """Train candidates near each other, down to the lowest threshold that is ever shown."""
    nearest: Nearest
    """Each train candidate's nearest hold-out row, numbers and slot values masked or not, whichever is nearer."""
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
    """Measure a candidate table, or find it measured: with nothing changed, no model is loaded."""
    path = near_cache / f"{_fingerprint(placed, task, embedder)}.npz"
    stored = load_arrays(path)
    if stored is not None:
        return _from_arrays(stored)
    measured = _measure(placed, Guards(task.slots), embedder, lowest_cosine(task), vectors_cache, progress)
    save_arrays(path, _to_arrays(measured))
    return measured


def lowest_cosine(task: Task) -> float:
    """The lowest cosine that dedup is asked about."""
    return min(*COST_THRESHOLDS, task.gates.duplicates.cosine)


def _fingerprint(placed: pd.DataFrame, task: Task, embedder: Embedder) -> str:
    """Names everything that the measurement depends on: records, where they stand, model, masks, threshold."""
    digest = hashlib.sha256()
    facts = [FORMAT, embedder.identity, lowest_cosine(task), task.slots]
    digest.update(json.dumps(facts, sort_keys=True).encode())
    digest.update("\n".join(placed["id"] + placed["split"]).encode())
    return digest.hexdigest()[:32]


def _measure(
    placed: pd.DataFrame,
    guards: Guards,
    embedder: Embedder,
    floor: float,
    cache: Path,
    progress: Progress | None,
) -> Measured:
    split = placed["split"].to_numpy()
    used = np.flatnonzero(split != EXCLUDED)
    texts = placed["text"].to_numpy()[used]
    masked = [guards.masked(text) for text in texts]
    unique = list(dict.fromkeys([*texts, *masked]))
    vectors = vectors_for(unique, embedder, cache, progress=progress)
    place = {text: i for i, text in enumerate(unique)}
    plain = vectors[[place[text] for text in texts]] if len(used) else vectors
    blind = vectors[[place[text] for text in masked]] if len(used) else vectors
    at = {name: np.flatnonzero(split[used] == name) for name in ("train", "validation", "test")}
    held = np.concatenate([at["validation"], at["test"]])
    pairs = near_pairs(plain[at["train"]], floor)
    to_table = used[at["train"]]
    position = np.full(len(placed), -1, dtype=np.int64)
    similarity = np.full(len(placed), -1.0, dtype=np.float32)
    highest = -1.0
    for view in (plain, blind):
        index, cosine = nearest(view[at["train"]], view[held])
        nearer = cosine > similarity[to_table]
        position[to_table[nearer]] = used[held][index[nearer]]
        similarity[to_table[nearer]] = cosine[nearer]
        _, across = nearest(view[at["validation"]], view[at["test"]])
        highest = max(highest, float(across.max(initial=-1.0)))
    for row, repeated in _exact_repeats(placed, guards).items():
        position[row], similarity[row] = repeated, 1.0
    return Measured(
        Pairs(to_table[pairs.left], to_table[pairs.right], pairs.similarity),
        Nearest(position, similarity),
        highest,
    )


def _exact_repeats(placed: pd.DataFrame, guards: Guards) -> dict[int, int]:
    """Position of each train row that repeats a hold-out row when both are folded and masked, and of that row."""
    split, keys = placed["split"].to_list(), [guards.masked(key) for key in placed["fold_key"]]
    held = {key: row for row, key in enumerate(keys) if split[row] in ("validation", "test")}
    return {row: held[key] for row, key in enumerate(keys) if split[row] == "train" and key in held}


def _to_arrays(measured: Measured) -> dict[str, Any]:
    return {
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
