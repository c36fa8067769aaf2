"""How many answers to instructions without tools are learned together with the answers of the task."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from winnow.training.adapter.trained_rows import TrainedRow


@dataclass(frozen=True)
class MixedRows:
    """The rows that are learned."""

    rows: list[TrainedRow]
    general: int
    """General answers among them."""
    left_out: int
    """General answers that are not learned, because they would be more than their share."""


def mix_general(rows: Sequence[TrainedRow], *, share: float, seed: int) -> MixedRows:
    """The rows with at most this share of general answers; records are kept or left out as a whole.

    A dataset with fewer keeps them all, and one with nothing else too.
    """
    others = sum(not row.is_general for row in rows)
    general = [row for row in rows if row.is_general]
    allowed = int(share / (1 - share) * others) if others else len(general)
    sizes = Counter(row.record for row in general)
    kept: set[str] = set()
    for record in random.Random(seed).sample(sorted(sizes), len(sizes)):
        if sizes[record] <= allowed:
            kept.add(record)
            allowed -= sizes[record]
    chosen = [row for row in rows if not row.is_general or row.record in kept]
    return MixedRows(chosen, len(chosen) - others, len(rows) - len(chosen))
