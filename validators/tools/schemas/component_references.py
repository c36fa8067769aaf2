"""References of a schema to the components of its document, so that it can stand alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COMPONENTS, DEFINITIONS = "#/components/schemas/", "#/$defs/"
DATA_KEYWORDS = frozenset({"enum", "const", "default", "example", "examples"})
"""Keywords whose values are data, in which `$ref` means nothing."""


def with_definitions(schema: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with every component that it refers to, directly or through others, in its `$defs`."""
    components = document.get("components")
    schemas = components.get("schemas") if isinstance(components, Mapping) else None
    known: Mapping[str, Any] = schemas if isinstance(schemas, Mapping) else {}
    wanted: list[str] = []
    found = _moved(schema, wanted)
    definitions: dict[str, Any] = {}
    for name in wanted:  # grows while components are read
        if name in known and name not in definitions:
            definitions[name] = _moved(known[name], wanted)
    return {**found, "$defs": definitions} if definitions else found


def _moved(node: Any, wanted: list[str]) -> Any:
    """The node with its references leading to `$defs`; the names that they lead to are added to `wanted`."""
    if isinstance(node, list):
        return [_moved(one, wanted) for one in node]
    if not isinstance(node, Mapping):
        return node
    return {
        key: _reference(value, wanted) if key == "$ref" else value if key in DATA_KEYWORDS else _moved(value, wanted)
        for key, value in node.items()
    }


def _reference(reference: Any, wanted: list[str]) -> Any:
    if not isinstance(reference, str) or not reference.startswith(COMPONENTS):
        return reference
    rest = reference.removeprefix(COMPONENTS)
    wanted.append(rest.split("/")[0].replace("~1", "/").replace("~0", "~"))
    return DEFINITIONS + rest
