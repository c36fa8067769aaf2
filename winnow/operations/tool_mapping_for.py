"""The tool mapping that a command names, checked for the task."""

from __future__ import annotations

from pathlib import Path

from winnow.config.task import Task
from winnow.config.tool_mapping import ToolMapping, checked_mapping, read_tool_mapping
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.validators.kinds import KINDS, kind_of


def tool_mapping_for(task: Task, mapping: str | Path | ToolMapping) -> ToolMapping:
    """The mapping, read if it is the path of a file. Raises WinnowError with everything that is wrong with it."""
    support = kind_of(task).tool_mapping
    if support is None:
        kinds = " or ".join(name for name, kind in KINDS.items() if kind.tool_mapping)
        found = f"a tool mapping for a task of kind {task.kind}"
        raise WinnowError(Problem(Parameter("tool_mapping"), found, f"a task of kind {kinds}", "leave it out"))
    if isinstance(mapping, ToolMapping):
        return checked_mapping(mapping, Parameter("tool_mapping"), lambda one: support.faults(one, task))
    return read_tool_mapping(Path(mapping), lambda one: support.faults(one, task))
