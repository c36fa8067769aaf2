"""Selects variations round by round, one per group, and checks them against invariants and other labels."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from winnow.config.task import Task
from winnow.core.example import fold_key
from winnow.generators.variations.base import (
    DroppedVariation,
    NearestLabel,
    Seed,
    Variation,
    VariationChecks,
    VariationResult,
)
from winnow.generators.variations.invariants import broken_invariant
from winnow.generators.variations.label_words import label_words
from winnow.validators.wording.guards import Guards

NEAR_COSINE = 0.90
"""Cosine from which a record of another label is near (docs/decisions/0018-variations.md)."""

MIN_KINDS_PER_GROUP = 3
"""A group is filled by at least this many kinds, or not completely."""

GroupLabel = tuple[str, str]
"""A group and one of its labels: both sides of a contrast belong to one group."""


class VariationSelector:
    """What was kept and dropped so far, and the remaining capacity of groups and labels."""

    def __init__(
        self,
        seeds: Sequence[Seed],
        task: Task,
        *,
        capacity: Mapping[str, int],
        wanted: Mapping[str, int] | None,
        checks: VariationChecks,
    ) -> None:
        self._seeds = {seed.id: seed for seed in seeds}
        self._guards = Guards(task.slots, task.language)
        self._near = task.embedder.thresholds.near if task.embedder.thresholds else NEAR_COSINE
        self._words = label_words(task.labels, seeds, language=task.language)
        self._confusable = {frozenset(pair) for pair in task.confusable}
        self._capacity = dict(capacity)
        self._max_per_kind = {group: math.ceil(left / MIN_KINDS_PER_GROUP) for group, left in capacity.items()}
        """The most variations of one kind in a group."""
        self._wanted = None if wanted is None else dict(wanted)
        self._checks = checks
        self._before: dict[str, NearestLabel] = {}
        if checks.nearest and seeds:
            near = checks.nearest([seed.text for seed in seeds], [seed.group for seed in seeds])
            self._before = {seed.id: one for seed, one in zip(seeds, near, strict=True)}
        self._fold_keys = {fold_key(seed.text) for seed in seeds}
        self._taken: Counter[GroupLabel] = Counter()
        self._of_kind: Counter[tuple[str, str]] = Counter()
        self._kept: list[Variation] = []
        self._dropped: list[DroppedVariation] = []

    def picks(self, candidates: Mapping[GroupLabel, Iterator[Variation]]) -> list[Variation]:
        """The next variation of each group with capacity, taking the label that has fewest; empty at the end."""
        groups: set[str] = set()
        of_label: Counter[str] = Counter()
        found = []
        for group, label in sorted(candidates, key=lambda group: self._taken[group]):
            enough = self._wanted is not None and of_label[label] >= self._wanted.get(label, 0)
            if enough or group in groups or self._capacity[group] < 1:
                continue
            candidate = next((one for one in candidates[group, label] if self._passes(one)), None)
            if candidate:
                found.append(candidate)
                groups.add(group)
                of_label[label] += 1
        return found

    def decide(self, picks: Sequence[Variation]) -> None:
        """Keep the variations that pass every check."""
        cross_label_reasons = self._cross_label_reasons(picks)
        left = [one for one, reason in zip(picks, cross_label_reasons, strict=True) if reason is None]
        refused = iter(self._checks.refuse(left) if self._checks.refuse and left else [None] * len(left))
        for one, crossing in zip(picks, cross_label_reasons, strict=True):
            reason = crossing or next(refused)
            if reason:
                self._dropped.append(DroppedVariation(one, reason))
                continue
            self._kept.append(one)
            self._capacity[one.group] -= 1
            self._taken[one.group, one.label] += 1
            self._of_kind[one.group, one.kind] += 1
            if self._wanted is not None:
                self._wanted[one.label] -= 1

    def result(self) -> VariationResult:
        """What was kept and dropped, and what is missing."""
        missing = {label: count for label, count in sorted((self._wanted or {}).items()) if count > 0}
        return VariationResult(self._kept, self._dropped, missing)

    def _passes(self, one: Variation) -> bool:
        """Whether a variation goes to the checks. Kinds its group has enough of are skipped."""
        if self._of_kind[one.group, one.kind] >= self._max_per_kind[one.group]:
            return False
        reason = self._drop_reason(one)
        if reason:
            self._dropped.append(DroppedVariation(one, reason))
            return False
        self._fold_keys.add(fold_key(one.text))
        return True

    def _drop_reason(self, one: Variation) -> str | None:
        """The reason to drop a variation that its words alone show."""
        seed = self._seeds[one.seed_id]
        if fold_key(one.text) == fold_key(seed.text):
            return "repeats_seed"
        if fold_key(one.text) in self._fold_keys:
            return "repeats_another"
        return broken_invariant(seed.text, one.text, one.kind, self._guards) or self._words.crossing(
            seed, one.text, one.kind
        )

    def _cross_label_reasons(self, picks: Sequence[Variation]) -> list[str | None]:
        """Whether each variation came near to another label, or nearest to one that its own is confused with."""
        if not self._checks.nearest:
            return [None] * len(picks)
        near = self._checks.nearest([one.text for one in picks], [one.group for one in picks])
        return [
            "crosses_into_label" if self._crosses_into_label(one, after) else None
            for one, after in zip(picks, near, strict=True)
        ]

    def _crosses_into_label(self, one: Variation, after: NearestLabel) -> bool:
        """Judged by the nearest record of another group; what is true of the seed does not count."""
        before, (label, cosine) = self._before[one.seed_id], after
        if label == one.label:
            return False
        approached = before[0] == one.label or cosine > before[1]
        confused = before[0] == one.label and frozenset((label, one.label)) in self._confusable
        return confused or (approached and cosine >= self._near)
