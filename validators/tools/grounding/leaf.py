"""The single values of a call, each with its schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from winnow.validators.tools.dialogue import Call, Tool
from winnow.validators.tools.grounding.folding import split_name
from winnow.validators.tools.schemas.references import lookup
from winnow.validators.tools.strict_json import JsonValue

_ALTERNATIVES = ("anyOf", "oneOf", "allOf")

_DEFAULT = re.compile(r"\bdefault(?:s|ing)?(?:\s+(?:value|to|is|of|as|being))*\s*[:=]?\s*['\"`‘“]?", re.I)


@dataclass(frozen=True)
class Leaf:
    """One value of a call that is neither an object nor an array, and not empty."""

    path: str
    """Path in the argument object: `attendees[0].email`."""
    name: str
    """The argument or property that holds it; elements of an array have the name of the array."""
    value: str | int | float | bool
    schemas: tuple[Mapping[str, Any], ...] = ()
    """Its schema, with references followed and alternatives beside it."""
    required: bool = False
    """Whether a call without it is invalid: it is required, and so is everything around it."""
    about: frozenset[str] = field(default=frozenset())
    """Words of the names around it, its own included."""

    @cached_property
    def text(self) -> str:
        """The value as it would be written in a sentence."""
        if isinstance(self.value, bool):
            return str(self.value).lower()
        if isinstance(self.value, float) and self.value.is_integer() and abs(self.value) < 1e15:
            return str(int(self.value))
        return str(self.value).strip()

    @cached_property
    def number(self) -> float | None:
        """The value as a number, also of a string that is only a number; None for booleans and other strings."""
        if isinstance(self.value, bool):
            return None
        return float(self.text) if re.fullmatch(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?", self.text) else None

    @property
    def description(self) -> str:
        """What the schema says about it."""
        return " ".join(str(one["description"]) for one in self.schemas if one.get("description"))

    @cached_property
    def allowed(self) -> tuple[JsonValue, ...]:
        """The values of `enum` and `const`."""
        choices = [value for one in self.schemas for value in one.get("enum", ())]
        return tuple(choices) + tuple(one["const"] for one in self.schemas if "const" in one)

    @property
    def in_array(self) -> bool:
        """Whether it is an element of an array."""
        return self.path.endswith("]")

    @cached_property
    def is_default(self) -> bool:
        """Whether it is the default, by the keyword or by the words of the description."""
        declared = any(_written(one["default"]) == self.text for one in self.schemas if "default" in one)
        return declared or any(
            re.match(re.escape(self.text) + r"(?![\w.]?\w)", self.description[match.end() :], re.I)
            for match in _DEFAULT.finditer(self.description)
        )

    @property
    def has_default(self) -> bool:
        """Whether the schema gives a default."""
        return any(one.get("default") not in (None, "") for one in self.schemas)

    def part(self, value: str) -> Leaf:
        """A leaf for a part of the value."""
        return replace(self, value=value)


def leaves(call: Call, tool: Tool | None) -> Iterator[Leaf]:
    """Every single value of a call that is not empty, in order. Without its tool, nothing is required."""
    root: Mapping[str, Any] = tool.parameters if tool else {}
    for name, value in call.arguments.items():
        yield from _leaves(
            _member(Leaf(path="", name="", value="", schemas=(root,), required=True), name, root), value, root
        )


def _leaves(place: Leaf, value: JsonValue, root: Mapping[str, Any]) -> Iterator[Leaf]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(_member(place, key, root), inner, root)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, inner in enumerate(value):
            yield from _leaves(_element(place, index, root), inner, root)
    elif value is not None and str(value).strip():
        yield replace(place, value=value)


def _member(place: Leaf, key: str, root: Mapping[str, Any]) -> Leaf:
    inner = [one["properties"][key] for one in place.schemas if key in one.get("properties", {})]
    required = any(key in one.get("required", ()) for one in place.schemas)
    return Leaf(
        path=f"{place.path}.{key}" if place.path else key,
        name=key,
        value="",
        schemas=tuple(each for one in inner for each in _alternatives(one, root)),
        required=place.required and required,
        about=place.about | frozenset(split_name(key)),
    )


def _element(place: Leaf, index: int, root: Mapping[str, Any]) -> Leaf:
    inner = [one["items"] for one in place.schemas if isinstance(one.get("items"), Mapping)]
    schemas = tuple(each for one in inner for each in _alternatives(one, root))
    described = tuple({"description": one["description"]} for one in place.schemas if one.get("description"))
    return replace(place, path=f"{place.path}[{index}]", schemas=schemas + described)


def _alternatives(schema: Any, root: Mapping[str, Any], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """A schema and the schemas that it refers to or chooses from."""
    if not isinstance(schema, Mapping) or depth > 8:
        return
    yield schema
    if "$ref" in schema:
        yield from _alternatives(lookup(schema["$ref"], root), root, depth + 1)
    for keyword in _ALTERNATIVES:
        for one in schema.get(keyword, ()):
            yield from _alternatives(one, root, depth + 1)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).strip().removesuffix(".0")
