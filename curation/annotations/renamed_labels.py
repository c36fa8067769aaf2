"""What a label is called now, given the renames since its decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LabelRename:
    """One renaming, as derived labels need it."""

    old: str
    new: str
    last_decision: int
    """Decisions up to this one count for the new name."""


def current_label(label: str, known: Sequence[LabelRename], *, decision: int = 0) -> str:
    """What a label is called now, if the decision for it has this number."""
    for one in known:
        if label == one.old and decision <= one.last_decision:
            label = one.new
    return label
