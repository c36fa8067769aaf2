"""Chooses among what the rules made: round by round one variation a family, held against what must stay."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from generators.variations.labels import label_words
from generators.variations.proposals import Dropped, Seed, Variation, VariationResult
from generators.variations.rules import Checks, Near, Rules
from generators.variations.staying import broken
from validators.folding import fold_key
from validators.guards import Guards

NEAR = 0.90
"""Cosine from which a record of another label is near (docs/decisions/0018-variations.md)."""
KINDS_SHARING = 3
"""A family's room is shared by at least so many kinds, or is not filled."""
Group = tuple[str, str]
"""A family and one of its labels. Both sides of a contrast are one family."""


class Choosing:
    """What was kept and dropped so far, and what families and labels still have room for."""

    def __init__(
        self,
        seeds: Sequence[Seed],
        rules: Rules,
        *,
        room: Mapping[str, int],
        wanted: Mapping[str, int] | None,
        checks: Checks,
    ) -> None:
        self._seeds = {seed.id: seed for seed in seeds}
        self._guards = Guards(rules.slots)
        self._words = label_words(rules.labels, seeds, language=rules.language)
        self._rivals = {frozenset(pair) for pair in rules.confusable}
        self._room = dict(room)
        self._most = {family: math.ceil(left / KINDS_SHARING) for family, left in room.items()}
        """Variations of one kind that a family takes."""
        self._wanted = None if wanted is None else dict(wanted)
        self._checks = checks
        self._before: dict[str, Near] = {}
        if checks.nearest and seeds:
            near = checks.nearest([seed.text for seed in seeds], [seed.family for seed in seeds])
            self._before = {seed.id: one for seed, one in zip(seeds, near, strict=True)}
        self._folds = {fold_key(seed.text) for seed in seeds}
        self._taken: Counter[Group] = Counter()
        self._of_kind: Counter[tuple[str, str]] = Counter()
        self._kept: list[Variation] = []
        self._dropped: list[Dropped] = []

    def picks(self, ideas: Mapping[Group, Iterator[Variation]]) -> list[Variation]:
        """The next variation of each family that has room, of the label that has fewest; empty at the end."""
        families: set[str] = set()
        of_label: Counter[str] = Counter()
        found = []
        for family, label in sorted(ideas, key=lambda group: self._taken[group]):
            enough = self._wanted is not None and of_label[label] >= self._wanted.get(label, 0)
            if enough or family in families or self._room[family] < 1:
                continue
            idea = next((one for one in ideas[family, label] if self._passes(one)), None)
            if idea:
                found.append(idea)
                families.add(family)
                of_label[label] += 1
        return found

    def decide(self, picks: Sequence[Variation]) -> None:
        """Keep what no check speaks against."""
        crossed = self._crossed(picks)
        left = [one for one, reason in zip(picks, crossed, strict=True) if reason is None]
        refused = iter(self._checks.refuse(left) if self._checks.refuse and left else [None] * len(left))
        for one, crossing in zip(picks, crossed, strict=True):
            reason = crossing or next(refused)
            if reason:
                self._dropped.append(Dropped(one, reason))
                continue
            self._kept.append(one)
            self._room[one.family] -= 1
            self._taken[one.family, one.label] += 1
            self._of_kind[one.family, one.kind] += 1
            if self._wanted is not None:
                self._wanted[one.label] -= 1

    def result(self) -> VariationResult:
        """What was kept and dropped, and what is missing."""
        missing = {label: count for label, count in sorted((self._wanted or {}).items()) if count > 0}
        return VariationResult(self._kept, self._dropped, missing)

    def _passes(self, one: Variation) -> bool:
        """Whether a variation goes to the checks. What its family has enough of is passed over, all else is dropped."""
        if self._of_kind[one.family, one.kind] >= self._most[one.family]:
            return False
        reason = self._fault(one)
        if reason:
            self._dropped.append(Dropped(one, reason))
            return False
        self._folds.add(fold_key(one.text))
        return True

    def _fault(self, one: Variation) -> str | None:
        """What speaks against a variation by its words alone."""
        seed = self._seeds[one.seed_id]
        if fold_key(one.text) == fold_key(seed.text):
            return "repeats_seed"
        if fold_key(one.text) in self._folds:
            return "repeats_another"
        return broken(seed.text, one.text, one.kind, self._guards) or self._words.crossing(seed, one.text, one.kind)

    def _crossed(self, picks: Sequence[Variation]) -> list[str | None]:
        """Whether each variation came near to another label, or nearest to one that its own is confused with."""
        if not self._checks.nearest:
            return [None] * len(picks)
        near = self._checks.nearest([one.text for one in picks], [one.family for one in picks])
        return [
            "crosses_into_label" if self._crosses(one, after) else None for one, after in zip(picks, near, strict=True)
        ]

    def _crosses(self, one: Variation, after: Near) -> bool:
        """By the nearest record of another family; what held for the seed already is not held against its variation."""
        before, (label, cosine) = self._before[one.seed_id], after
        if label == one.label:
            return False
        approached = before[0] == one.label or cosine > before[1]
        confused = before[0] == one.label and frozenset((label, one.label)) in self._rivals
        return confused or (approached and cosine >= NEAR)
