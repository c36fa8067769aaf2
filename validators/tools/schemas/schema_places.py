"""Where a JSON Schema has further schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

DEFINITIONS = ("$defs", "definitions")
"""Maps of named schemas that only references use."""

IN_PLACE_MAPS = ("dependentSchemas",)

IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")

IN_PLACE = ("not", "if", "then", "else")
"""Keywords of schemas for the same value."""

CHILD_MAPS = ("properties", "patternProperties")

CHILD_LISTS = ("prefixItems",)

CHILDREN = ("items", "additionalProperties", "contains", "unevaluatedItems", "unevaluatedProperties", "propertyNames")
"""Keywords of schemas for values inside the value."""

Rewrite = Callable[[Any, str, str], Any]
"""Gets a schema, its keyword and its key or number below the keyword (empty for a single schema)."""


def rewritten(node: Mapping[str, Any], rewrite: Rewrite) -> dict[str, Any]:
    """The schema with `rewrite` applied to each schema directly inside it."""
    found = dict(node)
    for keyword in (*DEFINITIONS, *IN_PLACE_MAPS, *CHILD_MAPS):
        if isinstance(found.get(keyword), Mapping):
            found[keyword] = {key: rewrite(one, keyword, key) for key, one in found[keyword].items()}
    for keyword in (*IN_PLACE_LISTS, *CHILD_LISTS):
        if isinstance(found.get(keyword), list):
            found[keyword] = [rewrite(one, keyword, str(place)) for place, one in enumerate(found[keyword])]
    for keyword in (*IN_PLACE, *CHILDREN):
        if isinstance(found.get(keyword), Mapping | bool):
            found[keyword] = rewrite(found[keyword], keyword, "")
    return found


def alternatives(node: Mapping[str, Any]) -> Iterator[Any]:
    """The schemas inside it that are about the same value; a reference is not followed."""
    for keyword in IN_PLACE_LISTS:
        yield from node.get(keyword, ())
    yield from (node[keyword] for keyword in IN_PLACE if keyword in node and keyword != "not")
    for keyword in IN_PLACE_MAPS:
        yield from node.get(keyword, {}).values()


def argument_path(path: str, keyword: str, key: str) -> str:
    """The path of the values that a schema inside is about: `flights` and `items` give `flights[]`."""
    if keyword == "properties":
        return f"{path}.{key}" if path else key
    if keyword == "prefixItems":
        return f"{path}[{key}]"
    if keyword in ("items", "contains", "unevaluatedItems"):
        return f"{path}[]"
    if keyword in ("additionalProperties", "patternProperties", "unevaluatedProperties"):
        return f"{path}.*" if path else "*"
    return path
