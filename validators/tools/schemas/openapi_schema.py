"""What OpenAPI 3.0 and older drafts of JSON Schema write differently, as JSON Schema 2020-12."""

from __future__ import annotations

from typing import Any

ONLY_OPENAPI = ("discriminator", "xml", "externalDocs", "$schema", "id")
"""Keywords that mean nothing in a schema of arguments, or that name another draft."""

EXCLUSIVE = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def without_openapi_forms(node: dict[str, Any]) -> dict[str, Any]:
    """The schema node with `nullable`, exclusive limits and tuples as JSON Schema 2020-12 writes them."""
    found = {key: value for key, value in node.items() if key not in ONLY_OPENAPI}
    for older in (_with_exclusive_limits, _with_prefix_items, _with_null):
        found = older(found)
    return found


def _with_exclusive_limits(node: dict[str, Any]) -> dict[str, Any]:
    """`minimum: 0, exclusiveMinimum: true` is `exclusiveMinimum: 0`."""
    for exclusive, limit in EXCLUSIVE.items():
        flag = node.get(exclusive)
        if isinstance(flag, bool):
            node = {key: value for key, value in node.items() if key != exclusive}
            if flag and limit in node:
                node[exclusive] = node.pop(limit)
    return node


def _with_prefix_items(node: dict[str, Any]) -> dict[str, Any]:
    """A list of schemas as `items` was a tuple, `additionalItems` what may follow."""
    if not isinstance(node.get("items"), list):
        return node
    found = {key: value for key, value in node.items() if key not in ("items", "additionalItems")}
    found["prefixItems"] = node["items"]
    if "additionalItems" in node:
        found["items"] = node["additionalItems"]
    return found


def _with_null(node: dict[str, Any]) -> dict[str, Any]:
    """`nullable: true` adds null to the type and to the enum, or offers null beside a reference."""
    if "nullable" not in node:
        return node
    found = {key: value for key, value in node.items() if key != "nullable"}
    if node["nullable"] is not True:
        return found
    if "type" in found:
        types = [found["type"]] if isinstance(found["type"], str) else found["type"]
        found["type"] = list(dict.fromkeys([*types, "null"]))
        if isinstance(found.get("enum"), list) and None not in found["enum"]:
            found["enum"] = [*found["enum"], None]
        return found
    if not found.keys() & {"$ref", "allOf", "anyOf", "oneOf", "enum"}:
        return found
    about: dict[str, Any] = {key: found.pop(key) for key in ("description", "title", "default") if key in found}
    return {**about, "anyOf": [found, {"type": "null"}]}
