"""What generators propose: a text, a label, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generators.task import Seed, TaskBrief


@dataclass(frozen=True)
class Proposal:
    """One candidate record."""

    text: str
    label: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    """What it was asked to be: the brief, the edit, the rule."""
    seed: str = ""
    """The record that it varies, and whose family it joins."""
    kin: str = ""
    """What proposals of one new family share."""


@dataclass(frozen=True)
class Material:
    """What writing starts from. Nothing of it comes from the hold-out."""

    task: TaskBrief
    seeds: Mapping[str, Sequence[Seed]]
    """Labeled records of train, by label."""
    near: Callable[[str, Sequence[str]], Sequence[str]]
    """Texts of a label that the dataset has already, nearest to some texts and other than these."""
    key: str
    """What chance follows from."""

    def texts(self, label: str, count: int, *parts: object) -> list[str]:
        """Real texts of a label, others for other parts."""
        from generators.chance import shuffled

        return [seed.text for seed in shuffled(self.seeds.get(label, ()), self.key, label, *parts)[:count]]
