"""The tools of a file that map to none of the task: how often they occur, and a mapping to fill in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from winnow.config.tool_mapping import ToolMapping
from winnow.core.counted import counted
from winnow.core.suggest import nearest_name
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError
from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.map_tools import ToolMapper, called_tools
from winnow.validators.tools.schemas.read_tools import read_tools
from winnow.validators.unmapped_names import UnmappedTool, UnmappedTools


@dataclass
class _Uses:
    called: Counter[str] = field(default_factory=Counter)
    offered: Counter[str] = field(default_factory=Counter)
    declared: dict[str, Tool] = field(default_factory=dict)
    """The first declaration of each tool."""


def unmapped_tools(contents: Iterable[Mapping[str, Any]], mapping: ToolMapping, own: Sequence[Tool]) -> UnmappedTools:
    """The unmapped tools of dialogues, by the values of their content columns; what cannot be read is skipped."""
    mapper, uses = ToolMapper(mapping, {tool.name: tool for tool in own}), _Uses()
    for content in contents:
        _count(content, mapper, uses)
    names = sorted({*uses.called, *uses.offered}, key=lambda name: (-uses.called[name], -uses.offered[name], name))
    found = tuple(UnmappedTool(name, uses.called[name], uses.offered[name]) for name in names)
    return UnmappedTools(found, "".join(f"{line}\n" for line in _skeleton(found, uses, mapper)) if found else "")


def _count(content: Mapping[str, Any], mapper: ToolMapper, uses: _Uses) -> None:
    try:
        source = read_dialogue(content.get("messages"))
    except DialogueError:
        return
    declared = content.get("tools") if content.get("tools") is not None else source.tools
    offered = {tool.name: tool for tool in read_tools(declared).tools}
    called = {name for _, name in called_tools(source.turns)}
    unmapped = {
        name
        for name in {*offered, *called}
        if mapper.mapped_tool(name, offered.get(name)) is None and name not in mapper.mapping.ignore
    }
    uses.called.update(called & unmapped)
    uses.offered.update(offered.keys() & unmapped)
    for name in offered.keys() & unmapped:
        uses.declared.setdefault(name, offered[name])


def _skeleton(found: Sequence[UnmappedTool], uses: _Uses, mapper: ToolMapper) -> Iterator[str]:
    """The lines of the mapping. Names are only similar: a person has to check them."""
    yield "# Check every entry: tools and arguments were matched by the similarity of their names alone."
    called = {one: nearest_name(one.name, [*mapper.own]) for one in found if one.called}
    yield "tools:" if any(called.values()) else "tools: {}"
    for one, nearest in called.items():
        declared = uses.declared.get(one.name)
        comment = f"# called in {one.called:,}, offered in {counted(one.offered, 'dialogue')}"
        if nearest is None:
            yield f"  # {_quoted(one.name)}: OWN_TOOL  {comment}; no tool of the task has a similar name"
            continue
        yield f"  {_quoted(one.name)}:  {comment}"
        yield f"    tool: {_quoted(nearest)}"
        yield from _argument_lines(declared.properties if declared else {}, mapper.own[nearest])
    yield f"ignore: [{', '.join(_quoted(one.name) for one in found if not one.called)}]"


def _argument_lines(foreign: Mapping[str, Any], own: Tool) -> Iterator[str]:
    """The arguments whose names differ, with the most similar name of the task's tool."""
    renamed = [name for name in foreign if name not in own.properties]
    free = [name for name in own.properties if name not in foreign]
    matched = {}
    for name in renamed:
        matched[name] = nearest_name(name, free)
        free = [one for one in free if one != matched[name]]
    if any(matched.values()):
        yield "    arguments:"
    yield from (f"      {_quoted(name)}: {_quoted(nearest)}" for name, nearest in matched.items() if nearest)
    for name in (name for name, nearest in matched.items() if not nearest):
        yield f"    # {_quoted(name)} is not an argument of {own.name}: name it under `arguments:` or `drop:`"
    for name in free:
        if name in own.required:
            yield f"    # set: {{{_quoted(name)}: VALUE}}  # {own.name} requires it"


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
