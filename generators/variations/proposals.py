"""What goes in and what comes out: seeds, their variations, and what was dropped with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seed:
    """A record of train that may be varied."""

    id: str
    text: str
    label: str
    family: str
    facets: Mapping[str, str] = field(default_factory=dict)
    """Facet to value, as far as they are known."""


@dataclass(frozen=True)
class Variation:
    """A text that a rule made of a seed. It has the seed's label and joins its family."""

    seed_id: str
    text: str
    kind: str
    detail: str
    """What was changed, for people: `a -> b`."""
    label: str
    family: str
    facets: Mapping[str, str]
    """The seed's facets that this kind of change leaves as they are; the others have to be found anew."""


@dataclass(frozen=True)
class Dropped:
    """A variation that may not be, and why."""

    variation: Variation
    reason: str


@dataclass(frozen=True)
class VariationResult:
    """proposed = kept + dropped. What a family had no room for was never proposed."""

    kept: list[Variation]
    dropped: list[Dropped]
    missing: dict[str, int]
    """Variations short of what was wanted, by label; labels that have enough are not in it."""

    @property
    def proposed(self) -> int:
        """Texts that the rules made and that were looked at."""
        return len(self.kept) + len(self.dropped)

    def reasons(self) -> dict[str, int]:
        """How many were dropped, by reason, the commonest first."""
        return dict(Counter(one.reason for one in self.dropped).most_common())
