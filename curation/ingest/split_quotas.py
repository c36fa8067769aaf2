"""How many records of each stratum go to test and validation: its share, and the shares of all strata together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from winnow.config.task import SplitsConfig
from winnow.core.hashing import keyed_digest
from winnow.core.vocabulary import HOLD_OUT_SPLITS

TOLERANCE = 1
"""Records by which a split may differ from its share of all strata together, before quotas are corrected."""

TOLERANCE_SHARE = 0.03
"""The same as a part of the split, which counts where it is more: labels with a quota of many records keep the one that
is rounded for each alone (docs/decisions/0006-split-assignment.md)."""


@dataclass
class _Plan:
    """What one stratum is to have in each split."""

    stratum: str
    size: int
    """Records that are drawn now."""
    exact: dict[str, float]
    """The share of all its records, in records."""
    counted: dict[str, int]
    """Records that it has from earlier additions and official splits."""
    planned: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.planned = {
            split: max(own, round(self.exact[split])) if self.size else own for split, own in self.counted.items()
        }

    def within_a_record(self, split: str) -> int:
        """The planned records up to rounding: what official splits add to one label takes nothing from another."""
        exact = self.exact[split]
        return min(max(self.planned[split], math.floor(exact)), math.ceil(exact))

    def missing(self) -> float:
        """Records that hold-out lacks of its exact share; negative where it has more."""
        return sum(self.exact.values()) - sum(self.planned.values())

    def left(self) -> int:
        """Records of this draw that go to train."""
        return self.size - sum(max(0, self.planned[split] - own) for split, own in self.counted.items())

    def may_add(self, split: str) -> bool:
        return self.left() > 0 and self.planned[split] < self.exact[split]

    def may_drop(self, split: str) -> bool:
        return self.planned[split] > max(self.exact[split], self.counted[split])


def drawn_quotas(
    sizes: Mapping[str, int],
    counts: Mapping[tuple[str, str], int],
    splits: SplitsConfig,
    *,
    only: Sequence[str] = HOLD_OUT_SPLITS,
) -> dict[str, dict[str, int]]:
    """The records that each stratum still needs in each hold-out split, in the order in which splits are filled.

    `sizes` are the records of each stratum that are drawn now, `counts` those of (stratum, split) that have a split. A
    stratum gets its share, rounded. Where the rounding of many small strata adds up to more than the tolerance, some
    get one record more or less, so that the share of all of them holds: those that are furthest from their share of
    hold-out, those with train records left first, and else in the order of a hash that is keyed by the task.
    """
    totals = Counter(sizes)
    for (stratum, _), count in counts.items():
        totals[stratum] += count
    plans = [
        _Plan(
            stratum,
            sizes.get(stratum, 0),
            {split: getattr(splits, split) * total for split in only},
            {split: counts.get((stratum, split), 0) for split in only},
        )
        for stratum, total in totals.items()
    ]
    plans.sort(key=lambda plan: keyed_digest(splits.key.encode(), f"stratum {plan.stratum}"))
    for split in only:
        _correct(plans, split)
    return {
        plan.stratum: {split: max(0, plan.planned[split] - plan.counted[split]) for split in only} for plan in plans
    }


def _correct(plans: Sequence[_Plan], split: str) -> None:
    """Change the quotas of a split until the share of all strata together holds, or no stratum can give or take one."""
    exact = sum(plan.exact[split] for plan in plans)
    off = round(exact) - sum(plan.within_a_record(split) for plan in plans)
    if abs(exact - round(exact) + off) <= max(TOLERANCE, TOLERANCE_SHARE * exact):
        return
    drawn = [plan for plan in plans if plan.size]
    if off > 0:
        able = [plan for plan in drawn if plan.may_add(split)]
        able.sort(key=lambda plan: (plan.left() < 2, -plan.missing()))
    else:
        able = [plan for plan in drawn if plan.may_drop(split)]
        able.sort(key=lambda plan: plan.missing())
    for plan in able[: abs(off)]:
        plan.planned[split] += 1 if off > 0 else -1
