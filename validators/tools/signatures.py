"""The documentation of tools as signatures: the text form in which a system prompt presents them.

One line for each tool, `name(argument: type, optional?: type): description`, and one more for each argument with a
description. This form is written because it is short: the ten tools of examples/assistant take 386 tokens of the
SmolLM2 tokenizer in it and 861 as compact JSON Schema, and every row of a dataset repeats them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from winnow.core.identity_cache import cached_by_identity
from winnow.validators.tools.dialogue import Tool

LIMITS = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
    "minItems", "maxItems", "uniqueItems",
)  # fmt: skip
"""Keywords of JSON Schema that limit values of a type; they are written behind it with their value."""

REFERENCE = "#/$defs/"
"""How references inside a tool's schema begin."""

CACHED_TOOLS = 4096
"""So many tools are kept in this form: the dialogues of a dataset offer the same ones."""

Schema = Mapping[str, Any] | bool


def signatures(tools: Iterable[Tool]) -> str:
    """The documentation of tools, in their order."""
    return "\n".join(line for tool in tools for line in _lines(tool))


@cached_by_identity(CACHED_TOOLS)
def _lines(tool: Tool) -> tuple[str, ...]:
    return tuple(_written_lines(tool))


def _written_lines(tool: Tool) -> Iterator[str]:
    fields = _fields(tool.parameters, _SignatureReader(tool.parameters))
    description = _one_line(tool.description)
    yield f"{tool.name}({fields})" + (f": {description}" if description else "")
    for name, schema in tool.properties.items():
        if isinstance(schema, Mapping) and (about := _one_line(str(schema.get("description", "")))):
            yield f"  {name}: {about}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _SignatureReader:
    """Looks up references in the schema of a tool; one inside itself is written as its name."""

    def __init__(self, root: Mapping[str, Any], opened: frozenset[str] = frozenset()) -> None:
        self.root, self.opened = root, opened

    def type_of(self, schema: Schema) -> str:
        """The type of a value as text, with its limits and default."""
        if isinstance(schema, bool) or not schema:
            return "any"
        limits = ", ".join(f"{key} {json.dumps(schema[key])}" for key in LIMITS if key in schema)
        default = f" = {_literal(schema['default'])}" if "default" in schema else ""
        return self._shape(schema) + (f" ({limits})" if limits else "") + default

    def _shape(self, schema: Mapping[str, Any]) -> str:
        if "$ref" in schema:
            return self._referred(str(schema["$ref"]))
        if "const" in schema:
            return _literal(schema["const"])
        if "enum" in schema:
            return " | ".join(map(_literal, schema["enum"]))
        for key, sign in (("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")):
            if key in schema:
                return sign.join(map(self.type_of, schema[key]))
        named = schema.get("type", "object" if "properties" in schema else "any")
        return " | ".join(self._named(one, schema) for one in ([named] if isinstance(named, str) else named))

    def _named(self, name: str, schema: Mapping[str, Any]) -> str:
        if name == "string":
            return str(schema.get("format", name))
        if name == "array":
            return self._array(schema)
        return self._object(schema) if name == "object" else name

    def _array(self, schema: Mapping[str, Any]) -> str:
        if "prefixItems" in schema:
            return f"[{', '.join(map(self.type_of, schema['prefixItems']))}]"
        items = self.type_of(schema.get("items", True))
        return f"({items})[]" if " " in items else f"{items}[]"

    def _object(self, schema: Mapping[str, Any]) -> str:
        if schema.get("properties"):
            return "{" + _fields(schema, self) + "}"
        values = schema.get("additionalProperties")
        return f"{{[name]: {self.type_of(values)}}}" if isinstance(values, Mapping) and values else "object"

    def _referred(self, reference: str) -> str:
        name = reference.removeprefix(REFERENCE)
        target = self.root.get("$defs", {}).get(name)
        if target is None or name in self.opened:
            return name
        return _SignatureReader(self.root, self.opened | {name}).type_of(target)


def _fields(schema: Mapping[str, Any], reader: _SignatureReader) -> str:
    """The properties of an object, the optional ones with a question mark."""
    required = schema.get("required", ())
    properties = schema.get("properties", {}).items()
    return ", ".join(f"{name}{'' if name in required else '?'}: {reader.type_of(one)}" for name, one in properties)


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
