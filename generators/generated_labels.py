"""The labels that examples of a task are generated for."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.config.task import Task
from winnow.generators.dialogues.dialogue_prompt import offered_tools
from winnow.validators.kinds import kind_of
from winnow.validators.tools.dialogue_composition import NO_CALL_KINDS


def generated_labels(task: Task) -> list[str]:
    """Every label; for dialogues the tools that training may call, and the behaviors without a call."""
    if kind_of(task).holds_dialogues:
        return [*(tool.name for tool in offered_tools(task)), *NO_CALL_KINDS]
    return task.label_names


def records_by_part(task: Task, counts: Mapping[str, int]) -> dict[str, int]:
    """The records of each generated label; one that combines several counts for each of them."""
    parts = kind_of(task).target_parts
    return {
        name: sum(count for label, count in counts.items() if name in parts(label)) for name in generated_labels(task)
    }
