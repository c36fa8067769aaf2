"""References inside a declaration. Nothing outside it is ever looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from winnow.validators.tools.schemas.schema_places import argument_path, rewritten

LONGEST_CHAIN = 20
"""References that lead to a reference are followed so many times: longer chains are circles."""


def resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the schema's `$ref` refers to, through further references; the schema itself without one."""
    for _ in range(LONGEST_CHAIN):
        reference = schema.get("$ref")
        if reference is None:
            return schema
        target = lookup(reference, root)
        if not isinstance(target, Mapping):
            return {}
        schema = target
    return {}


def lookup(reference: object, root: Mapping[str, Any]) -> object:
    """What a reference such as `#/$defs/Place` refers to; None if that is nothing, or outside the declaration."""
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    found: Any = root
    for step in unquote(reference[1:]).split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
    return found


def unresolved(root: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every reference that leads to nothing or in a circle, with the path of its argument."""
    found: list[tuple[str, str]] = []

    def visit(node: Any, path: str) -> Any:
        if isinstance(node, Mapping):
            if "$ref" in node and not _leads_to_schema(node, root):
                found.append((str(node["$ref"]), path))
            rewritten(node, lambda one, keyword, key: visit(one, argument_path(path, keyword, key)))
        return node

    visit(root, "")
    return iter(found)


def _leads_to_schema(node: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    if isinstance(lookup(node["$ref"], root), bool):
        return True
    target = resolved(node, root)
    return bool(target) or lookup(node["$ref"], root) == {}
