"""What goes into and comes out of variations: seeds, rules, checks, variations, and what was dropped with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seed:
    """A record of train that may be varied."""

    id: str
    text: str
    label: str
    group: str
    facets: Mapping[str, str] = field(default_factory=dict)
    """Facet to value, as far as they are known."""


@dataclass(frozen=True)
class Variation:
    """A text that a rule made of a seed. It has the seed's label and joins its group."""

    seed_id: str
    text: str
    kind: str
    detail: str
    """What was changed, for people: `a -> b`."""
    label: str
    group: str
    facets: Mapping[str, str]
    """The seed's facets that this kind of change leaves as they are; the others have to be found anew."""


@dataclass(frozen=True)
class DroppedVariation:
    """A variation that may not be, and why."""

    variation: Variation
    reason: str


@dataclass(frozen=True)
class VariationResult:
    """proposed = kept + dropped. What a group had no room for was never proposed."""

    kept: list[Variation]
    dropped: list[DroppedVariation]
    missing: dict[str, int]
    """Variations short of what was wanted, by label; labels that have enough are not in it."""

    @property
    def proposed(self) -> int:
        """Texts that the rules made and that were looked at."""
        return len(self.kept) + len(self.dropped)

    def reasons(self) -> dict[str, int]:
        """How many were dropped, by reason, the commonest first."""
        return dict(Counter(one.reason for one in self.dropped).most_common())


NearestLabel = tuple[str, float]
"""The label of the nearest record, and its cosine."""


FindNearest = Callable[[Sequence[str], Sequence[str]], Sequence[NearestLabel]]
"""Texts and their groups in; for each the nearest record outside its group out, in the same order."""


FindRefusals = Callable[[Sequence[Variation]], Sequence[str | None]]
"""Variations in; for each the reason why it may not be, or None, out."""


@dataclass(frozen=True)
class LabelFacts:
    """What the task file says of a label."""

    name: str
    description: str = ""
    examples: Sequence[str] = ()
    near_miss: tuple[str, str] | None = None
    """A text that looks like the label, and the label that it belongs to."""


@dataclass(frozen=True)
class VariationRules:
    """What the task file says that rules must know."""

    per_group: int
    """Records that one group may have in the end, its seeds among them: `variations_per_seed`."""
    language: str = "en"
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict)
    labels: Sequence[LabelFacts] = ()
    confusable: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class VariationChecks:
    """What the front door knows of texts. Without a function its check is not made."""

    nearest: FindNearest | None = None
    """Knows the labels of records outside a group: by it a variation that crosses into another label is refused."""
    refuse: FindRefusals | None = None
    """Whatever else speaks against a variation: a repeat, nearness to hold-out, private data."""
