"""What a schema for structured output may hold; anything else is a 400.

The list is that of platform.claude.com/docs/en/build-with-claude/structured-outputs, "JSON Schema limitations": objects
closed with `additionalProperties: false`, no recursion, no references out of the document, no bounds on numbers,
strings and arrays (but `minItems` 0 or 1), simple enums. The two limits on the grammar's size are quoted from the API's
own messages: 24 optional properties, 16 properties with a choice of types.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .api_errors import ApiError, Json, invalid

ANYWHERE = {
    "type", "enum", "const", "anyOf", "allOf", "$ref", "$defs", "definitions", "$schema", "default", "title",
    "description",
}  # fmt: skip
ONLY_FOR = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems"},
    "string": {"format", "pattern"},
}
TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid")
OPTIONAL_AT_MOST = 24
UNIONS_AT_MOST = 16


def check_schema(schema: Json, where: str) -> None:
    """Raise the API's 400 for the first thing it would not compile."""
    check_references(schema, where)
    nodes = list(walk(schema))
    for node in nodes:
        check_node(node, where)
    optional = sum(len(set(node.get("properties", {})) - set(node.get("required", ()))) for node in nodes)
    if optional > OPTIONAL_AT_MOST:
        raise ApiError(
            400,
            f"Schemas contains too many optional parameters ({optional}), which would make grammar compilation "
            f"inefficient. Reduce the number of optional parameters in your tool schemas (limit: {OPTIONAL_AT_MOST}).",
        )
    unions = sum("anyOf" in node or isinstance(node.get("type"), list) for node in nodes)
    if unions > UNIONS_AT_MOST:
        raise ApiError(
            400,
            f"Schemas contains too many parameters with union types ({unions} parameters with type arrays or anyOf). "
            f"(limit: {UNIONS_AT_MOST} parameters with unions).",
        )


def walk(schema: Json) -> Iterator[Json]:
    """Every schema inside a schema, itself first."""
    yield schema
    for group in ("properties", "$defs", "definitions"):
        for child in schema.get(group, {}).values():
            yield from walk(child)
    for group in ("anyOf", "allOf"):
        for child in schema.get(group, ()):
            yield from walk(child)
    if isinstance(schema.get("items"), dict):
        yield from walk(schema["items"])


def check_node(node: Json, where: str) -> None:
    """One schema on its own."""
    kinds = node.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    if unknown := sorted(set(kinds) - set(TYPES)):
        raise invalid(where, f"Invalid schema type: {', '.join(unknown)}")
    if not kinds and not {"enum", "const", "anyOf", "allOf", "$ref"} & set(node):
        raise invalid(where, "Schema type is not specified")
    allowed = ANYWHERE.union(*(ONLY_FOR.get(kind, set()) for kind in kinds))
    refuse(sorted(set(node) - allowed), kinds, where)
    if "object" in kinds and node.get("additionalProperties") is not False:
        raise invalid(where, "For 'object' type, 'additionalProperties' must be explicitly set to false")
    if missing := sorted(set(node.get("required", ())) - set(node.get("properties", {}))):
        raise invalid(where, f"For 'object' type, 'required' names properties that are not defined: {missing}")
    if node.get("minItems", 0) not in (0, 1):
        raise invalid(where, "For 'array' type, 'minItems' values other than 0 or 1 are not supported")
    if node.get("format", FORMATS[0]) not in FORMATS:
        raise invalid(where, f"For 'string' type, format '{node['format']}' is not supported")
    if any(isinstance(value, dict | list) for value in node.get("enum", ())):
        raise invalid(where, "Complex types within enums are not supported")


def refuse(unknown: list[str], kinds: list[str], where: str) -> None:
    """Name the keywords that no grammar is made for, as the API names them."""
    if unknown:
        subject = f"For '{kinds[0] if kinds else 'unknown'}' type, "
        listed = ", ".join(sorted(unknown))
        what = f"property '{listed}' is" if len(unknown) == 1 else f"properties {listed} are"
        raise invalid(where, f"{subject}{what} not supported")


def check_references(schema: Json, where: str) -> None:
    """Follow every reference inside the document; a definition that reaches itself is recursive."""
    for node in walk(schema):
        follow(schema, node, (), where)


def follow(root: Json, node: Json, seen: tuple[str, ...], where: str) -> None:
    for inner in walk({name: value for name, value in node.items() if name not in ("$defs", "definitions")}):
        target = inner.get("$ref")
        if target is None:
            continue
        if target in seen:
            raise invalid(where, f"Too many recursive definitions in schema: {target}")
        follow(root, resolve(root, target, where), (*seen, target), where)


def resolve(root: Json, target: str, where: str) -> Json:
    """The schema that a reference like `#/$defs/Name` names."""
    place: Any = root
    for step in target.removeprefix("#/").split("/"):
        if not target.startswith("#/") or not isinstance(place, dict) or step not in place:
            raise invalid(where, f"Reference '{target}' is not inside the schema")
        place = place[step]
    return dict(place)
