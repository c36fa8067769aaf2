"""What is wrong with a tool mapping for the tools of a task: unknown names, and values that a schema does not allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from winnow.config.tool_mapping import MappedTool, ToolMapping
from winnow.config.yaml_lines import KeyPath
from winnow.core.errors import Problem
from winnow.core.suggest import suggestion
from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.mapped_arguments import steps_of
from winnow.validators.tools.schemas.check_arguments import schema_violations
from winnow.validators.tools.schemas.references import resolved


class DeclaredArgument(NamedTuple):
    """What a tool declares under a name."""

    schema: Any
    """The JSON Schema of the argument; True where the tool allows anything."""
    siblings: Sequence[str] = ()
    """The names that are declared in its place; empty if it was found."""


def mapping_faults(mapping: ToolMapping, tools: Sequence[Tool]) -> Iterator[tuple[KeyPath, Problem]]:
    """Every name that the task does not have, and every value that it does not allow, by key of the mapping."""
    by_name = {tool.name: tool for tool in tools}
    for name, one in mapping.tools.items():
        where: KeyPath = ("tools", name)
        if one.tool in by_name:
            for key_path, problem in _tool_faults(one, by_name[one.tool]):
                yield (*where, *key_path), problem
        else:
            yield (*where, "tool"), _unknown("tool", one.tool, [*by_name], "the file `tools` of the task")


def _tool_faults(one: MappedTool, tool: Tool) -> Iterator[tuple[KeyPath, Problem]]:
    """The faults of one tool."""
    place = f"tool {tool.name!r}"
    for foreign, own in one.arguments.items():
        if siblings := declared_argument(own, tool).siblings:
            yield ("arguments", foreign), _unknown("argument", own, siblings, place)
    for own, table in one.values.items():
        declared = declared_argument(own, tool)
        if declared.siblings:
            yield ("values", own), _unknown("argument", own, declared.siblings, place)
            continue
        for foreign, value in table.items():
            yield from _wrong_value(("values", own, foreign), own, value, declared, tool)
    for own, value in one.set.items():
        declared = declared_argument(own, tool)
        if declared.siblings:
            yield ("set", own), _unknown("argument", own, declared.siblings, place)
        else:
            yield from _wrong_value(("set", own), own, value, declared, tool)


def declared_argument(name: str, tool: Tool) -> DeclaredArgument:
    """The argument of this name or path, or the names that are declared where it was looked for."""
    schema: Any = tool.parameters
    for step in steps_of(name, tool.properties):
        schema = resolved(schema, tool.parameters) if isinstance(schema, Mapping) else schema
        properties = schema.get("properties") if isinstance(schema, Mapping) else None
        if not properties:
            is_top = schema is tool.parameters
            return DeclaredArgument(True, ("no argument",) if is_top else ())
        if step not in properties:
            return DeclaredArgument(True, [*properties])
        schema = properties[step]
    return DeclaredArgument(schema)


def _wrong_value(
    where: KeyPath, name: str, value: object, declared: DeclaredArgument, tool: Tool
) -> Iterator[tuple[KeyPath, Problem]]:
    """A value that the schema of an argument does not allow, where the schema stands alone or in a list."""
    alone = {key: tool.parameters[key] for key in ("$defs", "definitions") if key in tool.parameters}
    schema = {"type": "object", "properties": {name: declared.schema}, **alone}
    found = schema_violations(Tool(tool.name, "", schema), {name: value})
    inside = declared.schema.get("items") if isinstance(declared.schema, Mapping) else None
    if found and isinstance(inside, Mapping):  # of a list, every member is mapped
        schema["properties"] = {name: inside}
        found = schema_violations(Tool(tool.name, "", schema), {name: value})
    if found:
        what = f"argument {name!r} of {tool.name!r}: {found[0].found}"
        yield where, Problem("", what, found[0].expected, found[0].fix)


def _unknown(what: str, name: str, known: Sequence[str], where: str) -> Problem:
    fix = suggestion(name, known, "correct the name")
    return Problem("", f"unknown {what} {name!r}", f"of {where}: {', '.join(known) or 'none'}", fix)
