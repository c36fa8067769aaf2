"""Which rows are machine-labeled: people or a log wrote them, and an accepted lot of proposed labels labeled them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.core.counted import counted
from winnow.core.vocabulary import SPLITS, DecidedBy, Origin

if TYPE_CHECKING:
    import pandas as pd


def machine_labeled(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether each row is machine-labeled. Lots decide two kinds of rows; the others of a lot are synthetic."""
    found: pd.Series[bool] = (rows["decided_by"] == DecidedBy.LOT) & (rows["origin"] != Origin.SYNTHETIC)
    return found


def count_machine_labeled(rows: pd.DataFrame) -> dict[str, int] | None:
    """Machine-labeled rows by split; None if there are none."""
    counts = rows.loc[machine_labeled(rows), "split"].value_counts()
    return {split: int(counts.get(split, 0)) for split in SPLITS} if len(counts) else None


def machine_labeled_note(train: pd.DataFrame) -> str:
    """How many of the train rows are machine-labeled, for people; empty if none is."""
    count = int(machine_labeled(train).sum())
    if not count:
        return ""
    share = f"{count:,} of {counted(len(train), 'train row')} ({count / len(train):.1%})"
    return f"{share} are machine-labeled: a model proposed the label, and people accepted its lot by reading a sample"
