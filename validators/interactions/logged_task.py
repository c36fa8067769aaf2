"""The text of what an agent was asked."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.core.interaction_line import InteractionLine
from winnow.core.interaction_vocabulary import InteractionDrop
from winnow.validators.text import Drop


def task_text(line: InteractionLine) -> str | Drop:
    """The task as text; an object with one text, such as the only argument of a function, is that text."""
    task = line.task
    if isinstance(task, Mapping) and len(task) == 1:
        task = next(iter(task.values()))
    if isinstance(task, str):
        return task
    found = f"an object with {', '.join(sorted(task)[:5])}" if isinstance(task, Mapping) else f"{task!r}"[:60]
    return Drop(InteractionDrop.MALFORMED, f"task: {found}, expected a text or an object with one text")
