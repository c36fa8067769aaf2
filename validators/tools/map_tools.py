"""Dialogues with foreign tools become dialogues with the tools of the task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from winnow.config.tool_mapping import MappedTool, ToolMapping
from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop
from winnow.validators.tools.behavior import TOOL_SEPARATOR, Behavior
from winnow.validators.tools.dialogue import Call, Dialogue, Tool, Turn
from winnow.validators.tools.mapped_arguments import UnmappedArgumentsError, mapped_call
from winnow.validators.tools.schemas.read_tools import OfferedTools
from winnow.validators.tools.schemas.tool_problem import ToolProblemName


@dataclass(frozen=True)
class ToolMapper:
    """A mapping with the tools of the task."""

    mapping: ToolMapping
    """Its names are those of the tools."""
    own: Mapping[str, Tool]
    """The tools of the task, by name."""

    def mapped_tool(self, name: str, declared: Tool | None) -> MappedTool | None:
        """What a foreign tool is in the task: what the mapping says, or itself if it is declared as the task's is."""
        stated = self.mapping.tools.get(name)
        if stated is not None:
            return stated
        own = self.own.get(name)
        is_same = own is not None and declared is not None and own.parameters == declared.parameters
        return MappedTool(tool=name) if is_same and name not in self.mapping.ignore else None


def map_tools(turns: Sequence[Turn], offered: OfferedTools, mapper: ToolMapper) -> Dialogue | Drop:
    """The dialogue with the task's tools, or why it is dropped: a call of a tool that maps to none, or its arguments.

    What a foreign declaration gets wrong does not matter: the task's takes its place, and calls are checked against it.
    """
    unreadable = [one for one in offered.problems if one.name == ToolProblemName.NOT_A_DECLARATION]
    if unreadable:
        return Drop(DropReason.MALFORMED_DIALOGUE, "; ".join(map(str, unreadable)))
    declared: dict[str, Tool | None] = {problem.tool: None for problem in offered.problems}
    declared |= {tool.name: tool for tool in offered.tools}
    mapped = {name: found for name, tool in declared.items() if (found := mapper.mapped_tool(name, tool))}
    known = {**mapper.mapping.tools, **mapped}
    unmapped = [*dict.fromkeys(name for _, name in called_tools(turns) if name not in known)]
    if unmapped:
        return Drop(DropReason.UNMAPPED_TOOL, "; ".join(_unmapped_call(name, turns) for name in unmapped))
    problems: list[str] = []
    own_turns = tuple(_mapped_turn(number, turn, known, mapper, problems) for number, turn in enumerate(turns, 1))
    if problems:
        return Drop(DropReason.INVALID_CALL, "; ".join(problems))
    names = sorted({one.tool for one in mapped.values()})
    return Dialogue(own_turns, tuple(mapper.own[name] for name in names))


def called_tools(turns: Sequence[Turn]) -> Iterator[tuple[int, str]]:
    """The name of every called tool with the number of its turn; calls that are accepted in place of one count."""
    for number, turn in enumerate(turns, 1):
        for call in turn.calls:
            yield from ((number, one.name) for one in (call, *call.accepted_calls))


def _unmapped_call(name: str, turns: Sequence[Turn]) -> str:
    numbers = dict.fromkeys(number for number, called in called_tools(turns) if called == name)
    which = f"turn{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
    return f"{which}: tool {name!r} maps to no tool of the task"


def _mapped_turn(
    number: int, turn: Turn, known: Mapping[str, MappedTool], mapper: ToolMapper, problems: list[str]
) -> Turn:
    """The turn with its calls mapped; what cannot be mapped is noted."""

    def mapped(call: Call) -> Call:
        one = known[call.name]
        try:
            found = mapped_call(call, one, mapper.own[one.tool])
        except UnmappedArgumentsError as error:
            problems.append(f"turn {number}, {call.id}: tool {call.name!r}: {error}")
            return call
        return replace(found, accepted_calls=tuple(map(mapped, call.accepted_calls)))

    return replace(turn, calls=tuple(map(mapped, turn.calls))) if turn.calls else turn


def mapped_label(label: str, mapping: ToolMapping) -> str:
    """The label with the task's names of the tools that it names; behaviors keep theirs."""
    if label in [*Behavior]:
        return label
    names = (mapping.tools[name].tool if name in mapping.tools else name for name in label.split(TOOL_SEPARATOR))
    return TOOL_SEPARATOR.join(sorted({*names}))
