"""The types of variations: seeds, checks, variations, and dropped variations with their reason."""

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
    """The known facets, by name."""


@dataclass(frozen=True)
class Variation:
    """A text that a rule made from a seed. It has the seed's label and joins its group."""

    seed_id: str
    text: str
    kind: str
    detail: str
    """What was changed, for people: `a -> b`."""
    label: str
    group: str
    facets: Mapping[str, str]
    """The seed's facets that this kind of change preserves; the others must be measured again."""


@dataclass(frozen=True)
class DroppedVariation:
    """A dropped variation, with the reason."""

    variation: Variation
    reason: str


@dataclass(frozen=True)
class VariationResult:
    """proposed = kept + dropped. Variations beyond a group's capacity were never proposed."""

    kept: list[Variation]
    dropped: list[DroppedVariation]
    missing: dict[str, int]
    """Variations fewer than wanted, by label; labels with enough are not in it."""

    @property
    def proposed(self) -> int:
        """How many texts the rules made that were checked."""
        return len(self.kept) + len(self.dropped)

    def reasons(self) -> dict[str, int]:
        """How many were dropped, by reason, the most frequent first."""
        return dict(Counter(one.reason for one in self.dropped).most_common())


NearestLabel = tuple[str, float]
"""The label of the nearest record, and its cosine."""

FindNearest = Callable[[Sequence[str], Sequence[str]], Sequence[NearestLabel]]
"""From texts and their groups to the nearest record outside each group, in the same order."""

FindRefusals = Callable[[Sequence[Variation]], Sequence[str | None]]
"""From variations to the reason why each must be dropped, or None."""


@dataclass(frozen=True)
class VariationChecks:
    """Checks of variations against the dataset; a missing function skips its check."""

    nearest: FindNearest | None = None
    """Finds the nearest records outside a group, to drop variations that cross into another label."""
    refuse: FindRefusals | None = None
    """Other reasons to drop a variation: a repeat, similarity to hold-out, private data."""
