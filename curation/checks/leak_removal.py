"""Leakage: train rows that repeat a hold-out row, exactly or within the leak threshold, are excluded from train."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.core.vocabulary import ExclusionReason
from winnow.curation.checks.eligibility import exclude
from winnow.curation.checks.leak_guards import Leaks

if TYPE_CHECKING:
    import pandas as pd


def without_leaks(table: pd.DataFrame, leaks: Leaks) -> pd.DataFrame:
    """Exclude the train rows that repeat a hold-out row; an exact repeat has similarity 1."""
    ids = table["id"].to_numpy()
    exclusions = {row: (ids[near.position], near.similarity) for row, near in leaks.repeated.items()}
    return exclude(table, exclusions, ExclusionReason.LEAKAGE)
