"""Leakage: train rows that repeat a hold-out row, exactly or within the leak threshold, are excluded from train."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from winnow.core.vocabulary import ExclusionReason, Split
from winnow.curation.checks.eligibility import exclude
from winnow.curation.checks.similarity_search import NearestHoldOut

if TYPE_CHECKING:
    import pandas as pd


def without_leaks(table: pd.DataFrame, nearest: NearestHoldOut, *, threshold: float) -> pd.DataFrame:
    """Exclude train rows that repeat a hold-out row within the threshold; an exact repeat has similarity 1."""
    train = np.flatnonzero((table["split"] == Split.TRAIN).to_numpy())
    leaks = train[np.asarray(nearest.similarity)[train] >= threshold]
    ids = table["id"].to_numpy()
    exclusions = {row: (ids[nearest.position[row]], float(nearest.similarity[row])) for row in leaks.tolist()}
    return exclude(table, exclusions, ExclusionReason.LEAKAGE)
