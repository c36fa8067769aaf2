"""A quick answer for ordinary arguments: most calls are valid, and most schemas have a few plain keywords.

It is several times as fast as jsonschema, and it never refuses: what it does not know to be valid is left to
jsonschema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from winnow.validators.tools.schemas.formats import FORMATS

PLAIN_KEYWORDS: Mapping[str, frozenset[str]] = {
    kind: frozenset({"type", "description", "title", "default", "examples", *keywords})
    for kind, keywords in {
        "string": ("enum", "format", "pattern"),
        "integer": ("minimum", "maximum"),
        "number": ("minimum", "maximum"),
        "boolean": (),
        "array": ("items",),
        "object": ("properties", "required", "additionalProperties", "$defs"),
    }.items()
}
"""The keywords that are checked here, or that say nothing about validity, by type."""


def is_plainly_valid(schema: Any, value: Any) -> bool:
    """Whether a value is valid by plain keywords alone. False does not mean that it is invalid."""
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if not isinstance(kind, str) or kind not in _CHECKS or not schema.keys() <= PLAIN_KEYWORDS[kind]:
        return False
    return _CHECKS[kind](schema, value)


def _string(schema: Mapping[str, Any], value: Any) -> bool:
    if not isinstance(value, str) or ("enum" in schema and value not in schema["enum"]):
        return False
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return False
    return schema.get("format") not in FORMATS or FORMATS[schema["format"]](value)


def _integer(schema: Mapping[str, Any], value: Any) -> bool:
    return isinstance(value, int) and _number(schema, value)


def _number(schema: Mapping[str, Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _boolean(_: Mapping[str, Any], value: Any) -> bool:
    return isinstance(value, bool)


def _array(schema: Mapping[str, Any], value: Any) -> bool:
    items = schema.get("items", True)
    return isinstance(value, list) and (items is True or all(is_plainly_valid(items, one) for one in value))


def _object(schema: Mapping[str, Any], value: Any) -> bool:
    if not isinstance(value, Mapping) or schema.get("additionalProperties") is not False:
        return False
    properties = schema.get("properties", {})
    if any(name not in value for name in schema.get("required", ())):
        return False
    return all(name in properties and is_plainly_valid(properties[name], one) for name, one in value.items())


_CHECKS: Mapping[str, Callable[[Mapping[str, Any], Any], bool]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "array": _array,
    "object": _object,
}
