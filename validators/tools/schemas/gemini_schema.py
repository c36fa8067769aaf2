"""Gemini's declarations: `functionDeclarations`, types in capitals, and limits written as strings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.validators.tools.schemas.declaration import Declaration, ToolDialect

GEMINI_TYPES: Mapping[str, Mapping[str, Any]] = {
    name.upper(): {"type": name} for name in ("string", "number", "integer", "boolean", "array", "object", "null")
}
"""Its type words. `TYPE_UNSPECIFIED` is none: it may not be used."""

LIMITS = ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties")
"""Limits that are 64-bit integers, which Google's JSON writes as strings."""

CONTAINERS = ("functionDeclarations", "function_declarations")


def function_declarations(declared: Mapping[str, Any]) -> list[Any] | None:
    """The declarations inside one tool of a request; None for any other object."""
    return next((declared[key] for key in CONTAINERS if isinstance(declared.get(key), list)), None)


def without_gemini_forms(node: dict[str, Any]) -> dict[str, Any]:
    """The schema node with limits as integers, without the order of properties and without `format: enum`."""
    numbers = {key: int(node[key]) for key in LIMITS if isinstance(node.get(key), str) and node[key].isdecimal()}
    found = {key: value for key, value in node.items() if key != "propertyOrdering"} | numbers
    if found.get("format") == "enum":
        del found["format"]
    return found


GEMINI_JSON_SCHEMA = ToolDialect(
    "Gemini's `parametersJsonSchema`",
    lambda declared: "parametersJsonSchema" in declared,
    lambda declared: Declaration(declared.get("name"), declared.get("description"), declared["parametersJsonSchema"]),
)
"""A Gemini declaration with a JSON Schema instead of Gemini's own `parameters`."""
