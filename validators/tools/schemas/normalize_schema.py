"""The schema of a tool's arguments in JSON Schema 2020-12, from what several dialects write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from winnow.core.suggest import suggestion
from winnow.validators.tools.schemas.bfcl_types import BFCL_TYPES
from winnow.validators.tools.schemas.gemini_schema import GEMINI_TYPES, without_gemini_forms
from winnow.validators.tools.schemas.openapi_schema import without_openapi_forms
from winnow.validators.tools.schemas.python_types import PYTHON_WORDS, Schema, union
from winnow.validators.tools.schemas.references import resolved, unresolved
from winnow.validators.tools.schemas.schema_places import (
    CHILD_MAPS,
    CHILDREN,
    DEFINITIONS,
    alternatives,
    argument_path,
    rewritten,
)
from winnow.validators.tools.schemas.tool_problem import ToolProblem, ToolProblemName, UnmappableTypeError
from winnow.validators.tools.schemas.xlam_types import declared_type

NO_ARGUMENTS: Schema = {"type": "object", "properties": {}}
"""The schema of a tool that takes no arguments."""

NULLABLE_KEYWORDS = ("default", "const")
"""Keywords whose value may be null."""

META_VALIDATOR = Draft202012Validator(
    Draft202012Validator.META_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER
)
"""Checks that a schema is one, and that its patterns are regular expressions."""


@dataclass(frozen=True)
class NormalizedSchema:
    """What became of a declared schema."""

    schema: Schema
    """JSON Schema 2020-12 of the argument object: `type: object` with `properties`."""
    problems: tuple[ToolProblem, ...] = ()
    """Everything that is wrong with it; empty where the schema can be used."""


def normalized_schema(declared: Mapping[str, Any], tool: str) -> NormalizedSchema:
    """The schema of a tool's arguments as JSON Schema 2020-12."""
    walk = _Walk(tool)
    schema = {**NO_ARGUMENTS, **resolved_root(walk.schema(dict(declared), ""))}
    return NormalizedSchema(schema, tuple(walk.problems) or tuple(_problems(schema, tool)))


def resolved_root(schema: Schema) -> Schema:
    """The schema with its own `$ref` replaced by what it refers to, so that its properties can be read."""
    target = resolved(schema, schema)
    if target is schema:
        return schema
    return {**target, **{key: value for key, value in schema.items() if key != "$ref"}}


def type_schema(word: str) -> Schema:
    """The JSON form of a type word of any dialect. Raises UnmappableTypeError."""
    for words in (PYTHON_WORDS, GEMINI_TYPES, BFCL_TYPES):
        if word in words:
            return dict(words[word])
    return declared_type(word).schema


class _Walk:
    """Rewrites every schema inside a declaration and collects what cannot be rewritten."""

    def __init__(self, tool: str) -> None:
        self.tool = tool
        self.problems: list[ToolProblem] = []

    def schema(self, node: Any, path: str) -> Any:
        if not isinstance(node, Mapping):
            return node
        found = without_openapi_forms(without_gemini_forms(self._typed(_without_padding(node), path)))
        found = _with_required_list(found)
        return rewritten(found, lambda one, keyword, key: self.schema(one, argument_path(path, keyword, key)))

    def _typed(self, node: Schema, path: str) -> Schema:
        """The node with its type in JSON's words."""
        given = node.get("type")
        if given is None:
            return node
        try:
            schema = _type_of(given)
        except UnmappableTypeError as error:
            self.problems.append(ToolProblem(ToolProblemName.UNMAPPABLE_TYPE, self.tool, path, str(error)))
            return {key: value for key, value in node.items() if key != "type"}
        return {**schema, **{key: value for key, value in node.items() if key != "type"}}


def without_nulls(node: Any) -> Any:
    """An object without the nulls with which tables pad each one to the keys of all others."""
    if not isinstance(node, Mapping):
        return node
    return {key: value for key, value in node.items() if value is not None or key in NULLABLE_KEYWORDS}


def _without_padding(node: Mapping[str, Any]) -> Schema:
    """The node without keywords, properties and definitions that are null."""
    found: Schema = without_nulls(node)
    return found | {key: without_nulls(found[key]) for key in (*CHILD_MAPS, *DEFINITIONS) if key in found}


def _type_of(given: object) -> Schema:
    if isinstance(given, str):
        return type_schema(given)
    if isinstance(given, list) and given and all(isinstance(word, str) for word in given):
        return union([type_schema(word) for word in given])
    raise UnmappableTypeError(given)


def _with_required_list(node: Schema) -> Schema:
    """`required: true` in a property, as before draft 4, stands in the list of the object."""
    properties = node.get("properties")
    if not isinstance(properties, Mapping):
        return node
    flagged = {
        name: one["required"]
        for name, one in properties.items()
        if isinstance(one, Mapping) and isinstance(one.get("required"), bool)
    }
    if not flagged:
        return node
    cleaned = {
        name: {key: value for key, value in one.items() if key != "required"} if name in flagged else one
        for name, one in properties.items()
    }
    listed = node["required"] if isinstance(node.get("required"), list) else []
    required = list(dict.fromkeys([*listed, *(name for name, needed in flagged.items() if needed)]))
    return {**node, "properties": cleaned, "required": required}


def _problems(schema: Schema, tool: str) -> Iterator[ToolProblem]:
    """What is wrong with the rewritten schema."""
    errors = list(META_VALIDATOR.iter_errors(schema))
    for error in errors:
        yield ToolProblem(ToolProblemName.INVALID_SCHEMA, tool, _place(error), _invalid(error))
    if errors:
        return
    if schema["type"] != "object":
        detail = f"the arguments are of the type {schema['type']!r}, expected an object"
        yield ToolProblem(ToolProblemName.INVALID_SCHEMA, tool, "", detail)
    for reference, path in unresolved(schema):
        detail = f"the reference {reference!r} leads to nothing in the declaration"
        yield ToolProblem(ToolProblemName.UNRESOLVED_REFERENCE, tool, path, detail)
    yield from _undeclared_required(schema, tool)


def _place(error: ValidationError) -> str:
    """The path of the argument whose schema is wrong."""
    path = ""
    steps = map(str, error.absolute_path)
    for keyword in steps:
        if keyword in (*CHILD_MAPS, *CHILDREN):
            path = argument_path(path, keyword, next(steps, "") if keyword in CHILD_MAPS else "")
    return path.removesuffix(".")


def _invalid(error: ValidationError) -> str:
    keyword = error.absolute_path[-1] if error.absolute_path else "the schema"
    return f"{keyword!r} is no JSON Schema: {error.message}"


def _undeclared_required(schema: Schema, tool: str) -> Iterator[ToolProblem]:
    declared = declared_names(schema, schema)
    if "patternProperties" in schema:
        return
    for name in schema.get("required", ()):
        if name not in declared:
            detail = "; ".join(filter(None, ("required, but not declared", suggestion(name, sorted(declared)))))
            yield ToolProblem(ToolProblemName.REQUIRED_NOT_DECLARED, tool, name, detail)


def declared_names(schema: Any, root: Schema, seen: frozenset[str] = frozenset()) -> set[str]:
    """The names of the properties that a schema declares, in its alternatives and references too."""
    if not isinstance(schema, Mapping):
        return set()
    names = set(schema.get("properties", ()))
    for one in alternatives(schema):
        names |= declared_names(one, root, seen)
    if "$ref" in schema and schema["$ref"] not in seen:
        names |= declared_names(resolved(schema, root), root, seen | {schema["$ref"]})
    return names
