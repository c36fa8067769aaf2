"""The kinds of tasks, one file each; KINDS lists them by name."""

from __future__ import annotations

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind

KINDS: dict[str, Kind] = {kind.name: kind for kind in (INTENTS,)}
"""Every kind by its name. A new kind is one file and one entry here."""


def kind_of(task: Task) -> Kind:
    """The kind of a task. Raises WinnowError for one that this version does not handle."""
    if task.kind not in KINDS:
        expected = f"a kind that this version handles: {', '.join(KINDS)}"
        raise WinnowError(Problem(TASK_FILE, f"kind: {task.kind}", expected, f"change kind in {TASK_FILE}"))
    return KINDS[task.kind]
