"""The part of the task that prompts show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from winnow.config.task import Label, Task
from winnow.generators.prompts.prompt_file import load_prompt

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch"}
"""Names of languages by their code; others are named by the code itself."""


@dataclass(frozen=True)
class PromptTask:
    """The task, as prompts show it."""

    name: str
    language: str
    """The language's English name."""
    labels: Sequence[Label]
    fallback: str | None = None
    confusable: Sequence[tuple[str, str]] = ()
    slots: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The labels' names, in the task's order."""
        return [label.name for label in self.labels]


def prompt_task(task: Task) -> PromptTask:
    """The part of a task file that prompts show."""
    language = LANGUAGES.get(task.language, task.language)
    return PromptTask(task.name, language, task.labels, task.fallback, task.confusable, task.slots)


def shared_prompt(task: PromptTask, name: str = "task") -> str:
    """The part that all requests of a run share: the task and its labels, worded for a writer or for a judge."""
    return load_prompt(name).render(
        name=task.name,
        language=task.language,
        labels=task.labels,
        fallback=task.fallback,
        confusable=task.confusable,
        slots=task.slots,
    )
