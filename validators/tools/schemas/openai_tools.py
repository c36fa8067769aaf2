"""OpenAI: `{type: function, function: {name, description, parameters}}`, or the same without the inner object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.validators.tools.schemas.declaration import Declaration, ToolDialect


def recognizes_nested(declared: Mapping[str, Any]) -> bool:
    """Whether the declaration stands in an inner object, as in chat completions."""
    return isinstance(declared.get("function"), Mapping)


def read_nested(declared: Mapping[str, Any]) -> Declaration:
    """The declaration in the inner object."""
    return read_flat(declared["function"])


def recognizes_flat(declared: Mapping[str, Any]) -> bool:
    """Whether it is flat, as in the Responses API; `parameters` may be missing where there are no arguments."""
    return "name" in declared and ("parameters" in declared or declared.get("type", "function") == "function")


def read_flat(declared: Mapping[str, Any]) -> Declaration:
    """The declaration. A list `required` beside the parameters, as some files have it, belongs to them."""
    parameters = declared.get("parameters")
    required = declared.get("required")
    if isinstance(parameters, Mapping) and isinstance(required, list) and "properties" in parameters:
        parameters = {"required": required, **parameters}
    return Declaration(declared.get("name"), declared.get("description"), parameters)


OPENAI_NESTED_TOOL = ToolDialect("OpenAI's `function: {name, parameters}`", recognizes_nested, read_nested)

OPENAI_FLAT_TOOL = ToolDialect("OpenAI's flat `name` and `parameters`", recognizes_flat, read_flat)
