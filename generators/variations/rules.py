"""What rules are told: the task's facts, and the functions that the front door lends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from generators.variations.labels import LabelFacts
from generators.variations.proposals import Variation

Near = tuple[str, float]
"""The label of the nearest record, and its cosine."""
Nearest = Callable[[Sequence[str], Sequence[str]], Sequence[Near]]
"""Texts and their families in; for each the nearest record outside its family out, in the same order."""
Refuse = Callable[[Sequence[Variation]], Sequence[str | None]]
"""Variations in; for each the reason why it may not be, or None, out."""


@dataclass(frozen=True)
class Rules:
    """What the task file says that rules must know."""

    per_family: int
    """Records that one family may have in the end, its seeds among them: `variations_per_seed`."""
    language: str = "en"
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict)
    labels: Sequence[LabelFacts] = ()
    confusable: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Checks:
    """What the front door knows of texts. Without a function its check is not made."""

    nearest: Nearest | None = None
    """Knows the labels of records outside a family: by it a variation that crosses into another label is refused."""
    refuse: Refuse | None = None
    """Whatever else speaks against a variation: a repeat, nearness to hold-out, private data."""
