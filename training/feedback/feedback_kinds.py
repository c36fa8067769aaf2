"""The kinds of tasks that a run gives feedback for. To add one, derive its feedback and list it here."""

from __future__ import annotations

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.tools import TOOLS

WITHOUT_FEEDBACK = (TOOLS.name,)
"""Kinds whose errors are more than a wrong label: calls and arguments are not scored yet."""


def require_feedback_kind(task: Task) -> None:
    """Raises WinnowError when runs give no feedback for tasks of this kind."""
    name = kind_of(task).name
    if name in WITHOUT_FEEDBACK:
        fix = f"`{command('coverage')}` writes a plan of what the dataset lacks"
        expected = "a kind whose runs are scored as classification: calls and arguments are not scored yet"
        raise WinnowError(Problem(TASK_FILE, f"kind: {name}", expected, fix))
