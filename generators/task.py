"""What generators know of the task: the part of `winnow.yaml` that prompts show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class NearMiss:
    """A text that looks like a label and belongs to another one."""

    text: str
    label: str


@dataclass(frozen=True)
class LabelBrief:
    """One label, as prompts show it."""

    name: str
    description: str = ""
    examples: Sequence[str] = ()
    near_miss: NearMiss | None = None


@dataclass(frozen=True)
class TaskBrief:
    """The task, as prompts show it."""

    name: str
    language: str
    """The language's English name."""
    labels: Sequence[LabelBrief]
    fallback: str | None = None
    confusable: Sequence[tuple[str, str]] = ()
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The labels' names, in the task's order."""
        return [label.name for label in self.labels]


@dataclass(frozen=True)
class Seed:
    """A record of train that a prompt may show or a rule may vary."""

    id: str
    text: str
    label: str
    family: str
