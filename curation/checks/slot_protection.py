"""Near train pairs that only different slot values keep from being duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from winnow.core.counted import counted
from winnow.core.vocabulary import Split
from winnow.curation.engine.exact_search import NearPairs
from winnow.validators.wording.guards import Guards

if TYPE_CHECKING:
    import pandas as pd

SLOTS_SHOWN = 3
"""Slots that a note names."""


class SlotProtection(NamedTuple):
    """What the slots of a task keep in train."""

    pairs: int
    """Near pairs of one label and different groups in which only slot values differ in a way that protects."""
    rows: int
    """Rows in these pairs."""
    by_slot: Mapping[str, int]
    """Pairs in which the values of each slot differ, the most first."""

    def notes(self) -> list[str]:
        """What the slots keep, in one sentence; empty when they keep nothing."""
        if not self.pairs:
            return []
        most = ", ".join(f"{slot} {pairs:,}" for slot, pairs in list(self.by_slot.items())[:SLOTS_SHOWN])
        kept = (
            f"{counted(self.pairs, 'near pair')} of train rows ({counted(self.rows, 'row')}) that "
            f"would otherwise be duplicates"
        )
        return [f"different values of `slots` keep {kept}; pairs by slot: {most}"]


def slot_protection(final: pd.DataFrame, pairs: NearPairs, guards: Guards, *, threshold: float) -> SlotProtection:
    """The selected near train pairs that only slots keep apart; `final` is the table after the last stage."""
    if not guards.has_slots:
        return SlotProtection(0, 0, {})
    train = (final["split"] == Split.TRAIN).to_numpy()
    texts, labels, groups = (final[name].to_list() for name in ("text", "label", "group"))
    close = pairs.above(threshold)
    by_slot: Counter[str] = Counter()
    kept: list[tuple[int, int]] = []
    for left, right in zip(close.left.tolist(), close.right.tolist(), strict=True):
        if train[left] and train[right] and labels[left] == labels[right] and groups[left] != groups[right]:
            slots = guards.differing_slots(texts[left], texts[right])
            by_slot.update(slots)
            kept += [(left, right)] if slots else []
    ordered = dict(sorted(by_slot.items(), key=lambda one: (-one[1], one[0])))
    return SlotProtection(len(kept), len({row for pair in kept for row in pair}), ordered)
