"""Picks, of the contrasts that rules make, those that quotas of a plan still lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from winnow.core.quota_names import PAIR_SEPARATOR, QuotaName
from winnow.generators.plan_part import PlanPart
from winnow.generators.plan_quotas import Quota
from winnow.generators.proposal import Proposal
from winnow.generators.quota_counts import dialogue_keys
from winnow.validators.kinds.tools import TOOLS, dialogue_of
from winnow.validators.tools.dialogue import Tool


@dataclass
class ContrastPicker:
    """Takes proposals in their order, each only if a quota that it counts for is not filled yet."""

    tools: Mapping[str, Tool]
    """The tools of the task, by name."""
    part: PlanPart
    """The part of the plan that it picks for."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The label of each seed, by its id."""
    missing: Counter[tuple[QuotaName, str]] = field(default_factory=Counter)
    """What quotas lack, by their name and subject; lowered with every proposal that is picked."""

    @property
    def facts(self) -> dict[str, Any]:
        """What identifies a run that it picks for: the part of the plan, and what is missing."""
        missing = {f"{name} {of}": count for (name, of), count in self.missing.items() if count > 0}
        return {**self.part.facts, "missing": missing}

    def lacks(self, quota: Quota, count: int) -> None:
        """Note that a quota lacks so many."""
        self.missing[quota.name, quota.of] += count

    def pick(self, proposals: Sequence[Proposal]) -> list[Proposal]:
        """The proposals that some quota lacks."""
        picked = []
        for one in proposals:
            keys = set(self._keys(one))
            if any(self.missing[key] > 0 for key in keys):
                self.missing.subtract(keys)
                picked.append(one)
        return picked

    def _keys(self, one: Proposal) -> Iterator[tuple[QuotaName, str]]:
        yield from dialogue_keys(dialogue_of(one.content), one.label, self.tools)
        ours, theirs = (set(TOOLS.target_parts(label)) for label in (one.label, self.labels.get(one.seed, "")))
        for name, of in list(self.missing):
            sides = of.split(PAIR_SEPARATOR)
            if name == QuotaName.CONTRASTS and _differ(sides, ours, theirs):
                yield name, of


def _differ(sides: Sequence[str], ours: set[str], theirs: set[str]) -> bool:
    """Whether a proposal and its seed are the two sides of a pair."""
    first, second = sides
    return ours != theirs and ((first in ours and second in theirs) or (second in ours and first in theirs))
