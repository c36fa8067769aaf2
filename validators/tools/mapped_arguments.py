"""The arguments of a call of a foreign tool, as the tool of the task takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from winnow.config.tool_mapping import MappedTool
from winnow.validators.tools.dialogue import OMITTED, Call, Tool
from winnow.validators.tools.schemas.violations import shown
from winnow.validators.tools.strict_json import JsonValue, write_json

MISSING = object()
"""Stands for an argument that a call does not have."""


class UnmappedArgumentsError(ValueError):
    """Why the arguments of a call cannot be mapped, in words for a message."""


def mapped_call(call: Call, mapped: MappedTool, tool: Tool) -> Call:
    """The call as one of the task's tool, with its accepted values; other accepted calls are left to the caller.

    Raises UnmappedArgumentsError when two arguments become one, or a constant differs from what the call has.
    """
    arguments = mapped_arguments(call.arguments, mapped, tool)
    return Call(call.id, tool.name, arguments, dict(_mapped_accepted(call, mapped, tool)), call.accepted_calls)


def mapped_arguments(arguments: Mapping[str, JsonValue], mapped: MappedTool, tool: Tool) -> dict[str, JsonValue]:
    """The arguments with the names and values of the task. Raises UnmappedArgumentsError as `mapped_call`."""
    left: dict[str, Any] = json.loads(write_json(arguments, sort_keys=False))
    deepest_first = sorted((*mapped.arguments, *mapped.drop), key=lambda name: -name.count("."))
    taken = {foreign: _take(left, foreign) for foreign in deepest_first}
    for foreign, own in mapped.arguments.items():
        if taken[foreign] is not MISSING and not _put(left, own, taken[foreign], tool):
            raise UnmappedArgumentsError(f"{foreign!r} and another argument both give {own!r} of {tool.name!r}")
    for own, table in mapped.values.items():
        _replace(left, own, table, tool)
    for own, constant in mapped.set.items():
        found = _value_at(left, own, tool)
        if found is MISSING:
            _put(left, own, constant, tool)
        elif write_json(found) != write_json(constant):
            what = f"{own!r} is {shown(found)}, and the mapping sets it to {shown(constant)}"
            raise UnmappedArgumentsError(what)
    return left


def steps_of(name: str, declared: Mapping[str, object]) -> list[str]:
    """The names that lead to an argument: a name with dots is a path, unless an argument is called so."""
    return [name] if name in declared else name.split(".")


def _take(arguments: dict[str, Any], name: str) -> Any:
    """Remove an argument and return it, or MISSING; an object that becomes empty by that is removed, too."""
    *outer, last = steps_of(name, arguments)
    containers = [arguments]
    for step in outer:
        inside = containers[-1].get(step)
        if not isinstance(inside, dict):
            return MISSING
        containers.append(inside)
    value = containers[-1].pop(last, MISSING)
    if value is not MISSING:
        for step, container, inside in reversed([*zip(outer, containers, containers[1:], strict=False)]):
            if not inside:
                del container[step]
    return value


def _put(arguments: dict[str, Any], name: str, value: Any, tool: Tool) -> bool:
    """Add an argument, with the objects around it; False where something else stands there."""
    *outer, last = steps_of(name, tool.properties)
    container: Any = arguments
    for step in outer:
        container = container.setdefault(step, {}) if isinstance(container, dict) else container
    if not isinstance(container, dict) or last in container:
        return False
    container[last] = value
    return True


def _value_at(arguments: Mapping[str, Any], name: str, tool: Tool) -> Any:
    found: Any = arguments
    for step in steps_of(name, tool.properties):
        found = found.get(step, MISSING) if isinstance(found, Mapping) else MISSING
    return found


def _replace(arguments: dict[str, Any], name: str, table: Mapping[str, JsonValue], tool: Tool) -> None:
    """Replace the value of an argument by the task's word for it; of a list, every member."""
    *outer, last = steps_of(name, tool.properties)
    container: Any = arguments
    for step in outer:
        container = container.get(step) if isinstance(container, dict) else None
    if isinstance(container, dict) and last in container:
        found = container[last]
        container[last] = [_own(one, table) for one in found] if isinstance(found, list) else _own(found, table)


def _own(value: Any, table: Mapping[str, JsonValue]) -> Any:
    """The task's word for a value; its key is the text itself, or the JSON of another value."""
    return table.get(value if isinstance(value, str) else write_json(value), value)


def _mapped_accepted(call: Call, mapped: MappedTool, tool: Tool) -> Iterator[tuple[str, Sequence[JsonValue]]]:
    """The accepted values of a call, by the task's name of their argument."""
    paths = [name for name in (*mapped.arguments, *mapped.drop) if name not in call.accepted and "." in name]
    for name, values in call.accepted.items():
        if any(path.startswith(f"{name}.") for path in paths) or "." in mapped.arguments.get(name, ""):
            raise UnmappedArgumentsError(f"accepted values of {name!r}, of which the mapping moves a part")
        if name in mapped.drop:
            continue
        own = mapped.arguments.get(name, name)
        only_values = MappedTool(tool=tool.name, values=mapped.values)
        yield own, [v if v == OMITTED else mapped_arguments({own: v}, only_values, tool)[own] for v in values]
