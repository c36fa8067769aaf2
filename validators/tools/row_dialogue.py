"""The dialogue that the messages and tools of a row are, before its turns and calls are checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from winnow.config.task import Task
from winnow.config.tool_mapping import ToolMapping
from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop, first_problems
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError
from winnow.validators.tools.dialogue import Dialogue, Turn
from winnow.validators.tools.map_tools import ToolMapper, map_tools
from winnow.validators.tools.schemas.read_tools import OfferedTools, read_tools

MAX_PROBLEMS = 5
"""Problems of one row that its reason names."""


def dialogue_of_row(values: Mapping[str, object], task: Task, mapping: ToolMapping | None = None) -> Dialogue | Drop:
    """A row's messages and tools, unchecked, or why they cannot be read; a mapping replaces foreign tools."""
    try:
        source = read_dialogue(values.get("messages"))
    except DialogueError as error:
        return dropped_for(DropReason.MALFORMED_DIALOGUE, error.problems)
    declared = (values.get("tools"), source.tools, task.tool_schemas_text)
    offered = read_tools(next(one for one in declared if one is not None))
    return _with_own_tools(source.turns, offered, task, mapping)


def _with_own_tools(
    turns: tuple[Turn, ...], offered: OfferedTools, task: Task, mapping: ToolMapping | None
) -> Dialogue | Drop:
    """The dialogue with the offered tools, or with those that they are in the task."""
    if mapping is not None:
        own = {tool.name: tool for tool in read_tools(task.tool_schemas_text).tools}
        return map_tools(turns, offered, ToolMapper(mapping, own))
    if offered.problems:
        return dropped_for(DropReason.MALFORMED_DIALOGUE, list(map(str, offered.problems)))
    return Dialogue(turns, offered.tools)


def dropped_for(reason: DropReason, problems: Sequence[str]) -> Drop:
    """Why a row is dropped, with its first problems."""
    return Drop(reason, first_problems(problems, most=MAX_PROBLEMS))
