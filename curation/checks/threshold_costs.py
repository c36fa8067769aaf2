"""What dedup and leakage thresholds would remove from train."""

from __future__ import annotations

from dataclasses import dataclass

from winnow.config.task import Task
from winnow.curation.checks.gates.lost_share import lost_by_value
from winnow.curation.checks.selection import Selection

COST_THRESHOLDS = (0.90, 0.95, 0.97)
"""Cosines whose cost `check` always shows."""


@dataclass(frozen=True)
class ThresholdCost:
    """What a dedup and leakage threshold would remove from train."""

    cosine: float
    duplicates: int
    duplicates_share: float
    worst_label_share: float
    leaks: int
    leaks_share: float


def lowest_cosine(task: Task) -> float:
    """The lowest cosine at which duplicates are searched."""
    return min(*COST_THRESHOLDS, task.gates.duplicates.cosine)


def threshold_costs(selection: Selection) -> list[ThresholdCost]:
    """The cost of each of COST_THRESHOLDS."""
    return [_cost(cosine, selection) for cosine in COST_THRESHOLDS]


def _cost(cosine: float, selection: Selection) -> ThresholdCost:
    """Leaks among all eligible train rows; duplicates among those that do not leak at the task's own cosine."""
    before, unleaked = (table[table["split"] == "train"] for table in (selection.eligible, selection.unleaked))
    left = selection.deduplicated(cosine)
    left = left[left["split"] == "train"]
    lost = lost_by_value(unleaked["label"], left["label"])
    leaks = len(selection.leaks_at(cosine).repeated)
    return ThresholdCost(
        cosine=cosine,
        duplicates=len(unleaked) - len(left),
        duplicates_share=round(1 - len(left) / len(unleaked), 4) if len(unleaked) else 0.0,
        worst_label_share=round(float(lost["share"].max()), 4) if len(lost) else 0.0,
        leaks=leaks,
        leaks_share=round(leaks / len(before), 4) if len(before) else 0.0,
    )
