"""What annotators read about each label: the task's definitions, and for dialogues those of tools and behaviors."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.config.task import Label, Task
from winnow.validators.kinds import kind_of, target_labels
from winnow.validators.kinds.tools import offered_by_task
from winnow.validators.tools.behavior import Behavior

BEHAVIOR_DESCRIPTIONS: Mapping[str, str] = {
    Behavior.DIRECT: "the assistant answers in text, although tools are offered.",
    Behavior.ASK: "a required value is missing, and the assistant asks for it.",
    Behavior.UNABLE: "no offered tool serves, and the assistant says so.",
    Behavior.GENERAL: "no tools are offered.",
}
"""What each behavior without a call means."""


def described_labels(task: Task) -> list[Label]:
    """Every label of the task; a tool or behavior that the task file does not describe has its own description."""
    labels = target_labels(task)
    if not kind_of(task).holds_dialogues:
        return labels
    known = {**{tool.name: tool.description for tool in offered_by_task(task)}, **BEHAVIOR_DESCRIPTIONS}
    return [
        one if one.description else one.model_copy(update={"description": known.get(one.name, "")}) for one in labels
    ]
