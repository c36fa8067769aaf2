"""What a label is called now, given the renames since its decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LabelRename:
    """One rename of a label."""

    old: str
    new: str
    last_decision: int
    """The newest decision that the rename applies to."""


def current_label(label: str, known: Sequence[LabelRename], *, decision: int = 0) -> str:
    """The current name of a label that was given in a decision with this id."""
    for one in known:
        if label == one.old and decision <= one.last_decision:
            label = one.new
    return label
