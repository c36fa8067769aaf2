"""What generators work with: a proposed record, a seed record, and the context that prompts are written from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from winnow.generators.prompts.prompt_task import PromptTask


@dataclass(frozen=True)
class Proposal:
    """One candidate record."""

    text: str
    label: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    """What it was asked to be: the brief, the edit, the rule."""
    seed: str = ""
    """The record that it varies, and whose group it joins."""
    group_key: str = ""
    """What proposals of one new group share."""


@dataclass(frozen=True)
class SeedRecord:
    """A record of train that a prompt may show or a rule may vary."""

    id: str
    text: str
    label: str
    group: str


@dataclass(frozen=True)
class PromptContext:
    """What writing starts from. Nothing of it comes from the hold-out."""

    task: PromptTask
    seeds: Mapping[str, Sequence[SeedRecord]]
    """Labeled records of train, by label."""
    near: Callable[[str, Sequence[str]], Sequence[str]]
    """Texts of a label that the dataset has already, nearest to some texts and other than these."""
    key: str
    """What chance follows from."""

    def texts(self, label: str, count: int, *parts: object) -> list[str]:
        """Real texts of a label, others for other parts."""
        from winnow.core.hashing import keyed_shuffle

        return [seed.text for seed in keyed_shuffle(self.seeds.get(label, ()), self.key, label, *parts)[:count]]
