"""The kinds of tasks that examples are generated for. To add one, write its prompts and proposals and list it here."""

from __future__ import annotations

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.intents import INTENTS

GENERATED_KINDS = (INTENTS.name,)


def require_generated_kind(task: Task) -> None:
    """Raises WinnowError when no examples are generated for tasks of this kind."""
    name = kind_of(task).name
    if name not in GENERATED_KINDS:
        expected = f"a kind that examples are generated for: {', '.join(GENERATED_KINDS)}"
        raise WinnowError(Problem(TASK_FILE, f"kind: {name}", expected, "add examples from files"))
