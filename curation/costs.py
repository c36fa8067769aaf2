"""Costs: what dedup and leakage thresholds would take out of train, so that a team sees the price before it pays."""

from __future__ import annotations

from dataclasses import dataclass

from curation.measure import Measured
from curation.selection import COST_THRESHOLDS, Selection
from validators.gates import lost_by


@dataclass(frozen=True)
class Cost:
    """What a dedup and leakage threshold would take out of train."""

    cosine: float
    duplicates: int
    duplicates_share: float
    worst_label_share: float
    leaks: int
    leaks_share: float


def costs(selection: Selection, measured: Measured) -> list[Cost]:
    """The price of each of COST_THRESHOLDS."""
    return [_cost(cosine, selection, measured) for cosine in COST_THRESHOLDS]


def _cost(cosine: float, selection: Selection, measured: Measured) -> Cost:
    """Leaks of all train candidates; duplicates of those that do not leak at the task's own cosine."""
    before, unleaked = (table[table["split"] == "train"] for table in (selection.placed, selection.unleaked))
    left = selection.deduplicated(cosine)
    left = left[left["split"] == "train"]
    lost = lost_by(unleaked["label"], left["label"])
    leaks = int((measured.nearest.similarity[before.index] >= cosine).sum())
    return Cost(
        cosine=cosine,
        duplicates=len(unleaked) - len(left),
        duplicates_share=round(1 - len(left) / len(unleaked), 4) if len(unleaked) else 0.0,
        worst_label_share=round(float(lost["share"].max()), 4) if len(lost) else 0.0,
        leaks=leaks,
        leaks_share=round(leaks / len(before), 4) if len(before) else 0.0,
    )
