"""xLAM's declarations: a map of arguments with Python types such as `str, optional`, and defaults as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from winnow.validators.tools.schemas.python_types import Schema, python_type_schema
from winnow.validators.tools.schemas.tool_problem import UnmappableTypeError
from winnow.validators.tools.strict_json import JsonError, read_json

OPTIONAL = re.compile(r"^optional$|^not required$", re.IGNORECASE)

REQUIRED = re.compile(r"^required$", re.IGNORECASE)

DEFAULT = re.compile(r"^defaults?(?:\s+(?:to|is|value))?\s*[:=]?\s*(.*)$", re.IGNORECASE)

SAYS_OPTIONAL = re.compile(
    r"\bdefaults?\s+(?:value\s+)?(?:is|to)\b|\bdefaults?\s*[=:]|\(default\b|(?<!not )(?<!non-)\boptional\b", re.I
)
"""A description that gives a default, or says that the argument may be left out."""


@dataclass(frozen=True)
class DeclaredType:
    """What the text of a type says."""

    schema: Schema
    optional: bool = False
    """Whether the argument may be left out."""
    default: str = ""
    """The default that stands in the type, as text."""


def declared_type(text: str) -> DeclaredType:
    """Read a type such as `List[int]` or `str, optional, default 'London'`. Raises UnmappableTypeError."""
    word, *additions = _parts(text)
    if inside := re.fullmatch(r"(.*\S)\s*\((optional|required)\)", word, re.IGNORECASE):
        word, additions = inside[1], [inside[2], *additions]
    default = ""
    for addition in additions:
        found = DEFAULT.match(addition)
        if found:
            default = found[1].strip("'\"")
        elif not OPTIONAL.match(addition) and not REQUIRED.match(addition):
            raise UnmappableTypeError(text)
    optional = bool(default) or word.startswith("Optional[") or any(map(OPTIONAL.match, additions))
    return DeclaredType(_mapped(word, text), optional, default)


def _mapped(word: str, text: str) -> Schema:
    try:
        return python_type_schema(word)
    except UnmappableTypeError:
        raise UnmappableTypeError(text) from None


def _parts(text: str) -> list[str]:
    """The text cut at the commas outside brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "[") - (character == "]")
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def is_argument_map(parameters: Mapping[str, Any]) -> bool:
    """Whether the parameters are a map from each argument to `{type, description, default}`, and no JSON Schema."""
    return bool(parameters) and all(map(_is_argument, parameters.values()))


def _is_argument(declared: object) -> bool:
    return isinstance(declared, Mapping) and any(isinstance(declared.get(key), str) for key in ("type", "description"))


def argument_map_schema(parameters: Mapping[str, Mapping[str, Any]]) -> Schema:
    """The map as an object's schema; the types are still in words.

    Required is an argument whose type does not say `optional`, which has no default of its type, and whose description
    names none: docs/decisions/0026-tool-declarations.md.
    """
    properties, required = {}, []
    for name, declared in parameters.items():
        argument = _with_default(declared)
        properties[name] = argument
        if _is_required(argument):
            required.append(name)
    return {"type": "object", "properties": properties, "required": required}


def _is_required(argument: Mapping[str, Any]) -> bool:
    if isinstance(argument.get("required"), bool):
        return bool(argument["required"])
    if "default" in argument or _declared(argument).optional:
        return False
    return not SAYS_OPTIONAL.search(str(argument.get("description", "")))


def _with_default(declared: Mapping[str, Any]) -> dict[str, Any]:
    """The argument with its default as a value of its type, and without one that is none, such as an empty text."""
    argument = {key: value for key, value in declared.items() if key != "default"}
    kind = _declared(declared)
    for given in (declared.get("default"), kind.default):
        for value in _readings(given):
            if Draft202012Validator(kind.schema).is_valid(value):
                return {**argument, "default": value}
    return argument


def _readings(given: object) -> list[Any]:
    """The values that a default may stand for: text is read as JSON too, because defaults are often quoted."""
    if given is None or given == "":
        return []
    if not isinstance(given, str):
        return [given]
    try:
        return [given, read_json(given)]
    except JsonError:
        return [given]


def _declared(argument: Mapping[str, Any]) -> DeclaredType:
    """What its type says; nothing where the type is missing or has no JSON form."""
    try:
        return declared_type(argument["type"])
    except (KeyError, AttributeError, UnmappableTypeError):
        return DeclaredType({})
