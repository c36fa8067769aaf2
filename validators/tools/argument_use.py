"""How calls use the arguments of a tool: how often each is given, and which of its allowed values occur."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.schemas.references import resolved

MAX_DEPTH = 4
"""Objects inside objects that are read: a schema may contain itself."""


@dataclass(frozen=True)
class ArgumentUse:
    """One argument of a tool, or a property of an object inside one."""

    tool: str
    """The tool's name."""
    name: str
    """`filter.status` is a property of the object `filter`, `guests[].name` one of the objects in the list `guests`."""
    required: bool
    """Whether the schema requires it."""
    possible: int
    """How many calls, or objects around it, could have it."""
    present: int
    """How many have it."""
    values: Mapping[str, int]
    """How often each allowed value is given, in the order of the schema; empty where the schema lists none."""

    @property
    def share(self) -> float:
        """Share of the calls that give it, 0 to 1."""
        return self.present / self.possible if self.possible else 0.0

    @property
    def unused_values(self) -> list[str]:
        """Allowed values that no call gives."""
        return [value for value, count in self.values.items() if not count]


def argument_uses(tool: Tool, calls: Sequence[Mapping[str, Any]]) -> list[ArgumentUse]:
    """Every argument of a tool in the order of its schema, as used in the argument objects of `calls`."""
    return list(_uses(tool, "", tool.parameters, calls, MAX_DEPTH))


def _uses(
    tool: Tool, prefix: str, schema: Mapping[str, Any], objects: Sequence[Mapping[str, Any]], depth: int
) -> Iterator[ArgumentUse]:
    for name, declared in schema.get("properties", {}).items():
        inner = resolved(declared, tool.parameters) if isinstance(declared, Mapping) else {}
        given = [one[name] for one in objects if name in one]
        required = name in schema.get("required", ())
        values = _values(inner, tool.parameters, given)
        yield ArgumentUse(tool.name, f"{prefix}{name}", required, len(objects), len(given), values)
        if depth:
            yield from _inner_uses(tool, f"{prefix}{name}", inner, given, depth - 1)


def _inner_uses(
    tool: Tool, name: str, schema: Mapping[str, Any], given: Sequence[Any], depth: int
) -> Iterator[ArgumentUse]:
    items = _items(schema, tool.parameters)
    listed = [one for value in given if isinstance(value, list) for one in value]
    for mark, inner, values in ((".", schema, given), ("[].", items, listed)):
        objects = [value for value in values if isinstance(value, Mapping)]
        yield from _uses(tool, f"{name}{mark}", inner, objects, depth)


def _items(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    items = schema.get("items")
    return resolved(items, root) if isinstance(items, Mapping) else {}


def _values(schema: Mapping[str, Any], root: Mapping[str, Any], given: Sequence[Any]) -> dict[str, int]:
    """How often each allowed value is given, by itself or in a list."""
    allowed = [*_allowed(schema, root), *_allowed(_items(schema, root), root)]
    found = Counter(map(_text, (one for value in given for one in (value if isinstance(value, list) else [value]))))
    return {text: found[text] for text in map(_text, allowed)}


def _allowed(schema: Mapping[str, Any], root: Mapping[str, Any]) -> list[Any]:
    """The values that a schema lists; true and false of a boolean."""
    if "enum" in schema:
        return list(schema["enum"])
    if schema.get("type") == "boolean":
        return [True, False]
    choices = [one for key in ("anyOf", "oneOf") for one in schema.get(key, ()) if isinstance(one, Mapping)]
    constant = [schema["const"]] if "const" in schema else []
    return constant + [value for one in choices for value in _allowed(resolved(one, root), root)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
