"""The five public sets with vectors of their texts, which are computed once and kept in the cache folder."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.texts import PUBLIC
from winnow.core.hashing import stable_hash
from winnow.core.user_cache import user_cache_folder
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.vectors import Vectors

SETS = ("clinc150", "banking77", "snips", "metatool_routing", "rasa_nlu")

OUT_OF_SCOPE = "oos"

TRAIN_SHARE = 0.7
"""Of the rows of sets without an official split."""


@dataclass(frozen=True)
class VectorSet:
    """The distinct texts of a set."""

    vectors: Vectors
    labels: NDArray[np.str_]
    is_train: NDArray[np.bool_]

    def of(self, rows: NDArray[np.int64]) -> VectorSet:
        """Some of the rows."""
        return VectorSet(self.vectors[rows], self.labels[rows], self.is_train[rows])


def vector_set(name: str, *, seed: int = 0) -> VectorSet:
    """A set in random order; where it has no train and test rows, a random 70 % of the rows are train."""
    rows = distinct_rows(name)
    splits = np.array([row.get("split", "all") for row in rows])
    vectors = stored_vectors(name, [row["text"] for row in rows])
    random = np.random.default_rng(seed)
    is_train = splits == "train" if "train" in splits else random.random(len(rows)) < TRAIN_SHARE
    found = VectorSet(vectors, np.array([row["label"] for row in rows]), is_train)
    return found.of(random.permutation(len(rows)))


def distinct_rows(name: str) -> list[dict[str, str]]:
    """The rows of a set, the last one of each text."""
    lines = (PUBLIC / name / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return list({row["text"]: row for row in map(json.loads, lines)}.values())


def stored_vectors(name: str, texts: list[str]) -> Vectors:
    """The vectors of texts of a set; embedded once and kept in the cache folder."""
    path = user_cache_folder() / "benchmark_vectors" / f"{name}-{stable_hash(chr(10).join(texts), length=12)}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, open_embedder().encode(texts))
    found: Vectors = np.load(path)
    return found
