"""The part of a prompt that states the task."""

from __future__ import annotations

from winnow.config.task import Task
from winnow.generators.prompts.prompt_file import load_prompt

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch"}
"""Names of languages by their code; others are named by the code itself."""


def shared_prompt(task: Task, name: str = "task") -> str:
    """The part that all requests of a run share: the task and its labels, worded for a writer or for a judge."""
    return load_prompt(name).render(
        name=task.name,
        language=LANGUAGES.get(task.language, task.language),
        labels=task.labels,
        fallback=task.fallback,
        confusable=task.confusable,
        slots=task.slots,
    )
