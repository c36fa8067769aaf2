"""Eligible rows with planted similarities, for the selection and what is measured on it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from winnow.curation.checks.eligibility import eligible_rows
from winnow.curation.checks.similarity_search import NearestHoldOut
from winnow.curation.engine.exact_search import NearPairs


def table(labels: str, splits: str = "") -> pd.DataFrame:
    """One row for each letter of `labels`; a split letter is t (train), v (validation) or s (test)."""
    count = len(labels)
    names = {"t": "train", "v": "validation", "s": "test"}
    rows = pd.DataFrame(
        {
            "id": [f"r{i}" for i in range(count)],
            "text": [f"text {chr(97 + i)}" for i in range(count)],
            "fold_key": [f"text {chr(97 + i)}" for i in range(count)],
            "group": [f"g{i}" for i in range(count)],
            "assigned_split": [names[letter] for letter in splits or "t" * count],
            "origin": "human",
            "weight": 1,
            "state": "labeled",
            "label": list(labels),
            "decided_by": "file",
        }
    )
    return eligible_rows(rows)


def pairs(*found: tuple[int, int, float]) -> NearPairs:
    left, right, similarity = zip(*found, strict=True) if found else ((), (), ())
    return NearPairs(np.array(left, dtype=int), np.array(right, dtype=int), np.array(similarity, dtype=np.float32))


def nearest(position: list[int], similarity: list[float]) -> NearestHoldOut:
    return NearestHoldOut(np.array(position), np.array(similarity, dtype=np.float32))
