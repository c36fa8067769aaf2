"""What generators work with: a proposed record, a seed record, and the dataset context of a prompt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from winnow.config.task import Task
from winnow.core.hashing import keyed_shuffle
from winnow.validators.text import Drop


@dataclass(frozen=True)
class Proposal:
    """One candidate record."""

    content: str
    """In the stored form of the task's kind: for intents the query, for tools the JSON of messages and tools."""
    label: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    """What was requested: the brief, the edit or the rule."""
    seed: str = ""
    """The id of the record that it varies; it joins that record's group."""
    group_key: str = ""
    """The same for all proposals of one new group."""
    problem: Drop | None = None
    """Why it is dropped whatever its content is, such as an answer of a model that could not be read."""


@dataclass(frozen=True)
class SeedRecord:
    """A record of train that a prompt may show or a rule may vary."""

    id: str
    content: str
    """In the stored form of the task's kind."""
    text: str
    """What stands for the content: what is compared, and what prompts quote."""
    label: str
    group: str


@dataclass(frozen=True)
class PromptContext:
    """What prompts show of the dataset. Nothing of it comes from the hold-out."""

    task: Task
    seeds: Mapping[str, Sequence[SeedRecord]]
    """Labeled records of train, by label."""
    near: Callable[[str, Sequence[str]], Sequence[str]]
    """Texts of a label in the dataset that are most similar to the given texts, without these."""
    key: str
    """The key of every random choice."""

    def texts(self, label: str, count: int, *parts: object) -> list[str]:
        """Real texts of a label; other `parts` select other texts."""
        return [seed.text for seed in keyed_shuffle(self.seeds.get(label, ()), self.key, label, *parts)[:count]]
