"""What generators know of the task: the part of `winnow.yaml` that prompts show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch"}
"""Names of languages by their code; others are named by the code itself."""


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


class DefinedText(Protocol):
    """A near miss of a task file."""

    @property
    def text(self) -> str:
        """What looks like the label."""

    @property
    def label(self) -> str:
        """Where it belongs."""


class DefinedLabel(Protocol):
    """A label of a task file."""

    @property
    def name(self) -> str:
        """The class."""

    @property
    def description(self) -> str:
        """When it is meant."""

    @property
    def examples(self) -> Sequence[str]:
        """Texts of it."""

    @property
    def near_miss(self) -> DefinedText | None:
        """A text that looks like it."""


class DefinedTask(Protocol):
    """A task file, as `curation` reads it."""

    @property
    def name(self) -> str:
        """Of the task."""

    @property
    def language(self) -> str:
        """ISO 639-1 code."""

    @property
    def labels(self) -> Sequence[DefinedLabel]:
        """In the order of the class ids."""

    @property
    def fallback(self) -> str | None:
        """The out-of-scope label."""

    @property
    def confusable(self) -> Sequence[tuple[str, str]]:
        """Pairs that people mix up."""

    @property
    def slots(self) -> Mapping[str, Sequence[str]]:
        """Words of the domain."""


def brief_of(task: DefinedTask) -> TaskBrief:
    """The part of a task file that prompts show."""
    labels = [
        LabelBrief(
            one.name,
            one.description,
            one.examples,
            NearMiss(one.near_miss.text, one.near_miss.label) if one.near_miss else None,
        )
        for one in task.labels
    ]
    language = LANGUAGES.get(task.language, task.language)
    return TaskBrief(task.name, language, labels, task.fallback, task.confusable, task.slots)


@dataclass(frozen=True)
class Seed:
    """A record of train that a prompt may show or a rule may vary."""

    id: str
    text: str
    label: str
    family: str
