"""The tools that a file offers, in the one form, whatever dialect declares them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.schemas.anthropic_tools import ANTHROPIC_TOOL
from winnow.validators.tools.schemas.declaration import Declaration, ToolDialect
from winnow.validators.tools.schemas.gemini_schema import GEMINI_JSON_SCHEMA, function_declarations
from winnow.validators.tools.schemas.mcp_tools import MCP_TOOL
from winnow.validators.tools.schemas.normalize_schema import normalized_schema, without_nulls
from winnow.validators.tools.schemas.openai_tools import OPENAI_FLAT_TOOL, OPENAI_NESTED_TOOL
from winnow.validators.tools.schemas.openapi_document import is_openapi, operations
from winnow.validators.tools.schemas.openapi_yaml import is_openapi_yaml, yaml_as_json
from winnow.validators.tools.schemas.tool_problem import ToolProblem, ToolProblemName
from winnow.validators.tools.schemas.xlam_types import argument_map_schema, is_argument_map
from winnow.validators.tools.strict_json import JsonError, read_json, write_json

TOOL_DIALECTS: tuple[ToolDialect, ...] = (
    OPENAI_NESTED_TOOL,
    ANTHROPIC_TOOL,
    MCP_TOOL,
    GEMINI_JSON_SCHEMA,
    OPENAI_FLAT_TOOL,
)
"""The first that recognizes a declaration reads it. BFCL, xLAM and Gemini are flat, with types of their own."""

SCHEMA_KEYWORDS = frozenset(
    {"type", "properties", "$ref", "allOf", "anyOf", "oneOf", "additionalProperties", "required"}
)
"""One of these tells a JSON Schema from another object."""

CACHED_TOOL_LISTS = 1024
"""So many different lists of tools are kept: files repeat the same list for thousands of dialogues."""

CACHED_TOOLS = 16_384
"""So many different declarations are kept: xLAM's 60,000 rows have 3,673."""


@dataclass(frozen=True)
class OfferedTools:
    """The tools of a dialogue, and what is wrong with their declarations."""

    tools: tuple[Tool, ...]
    """Those that could be read, sorted by name."""
    problems: tuple[ToolProblem, ...] = ()


def read_tools(declared: object) -> OfferedTools:
    """The tools that a list, a declaration, an answer to MCP's `tools/list` or an OpenAPI document declares.

    Each may be JSON text, also inside a list, as older files of ms-swift have it; a document may be YAML, too.

    A tool with a problem is not among the tools. One that is declared twice in the same way is offered once.
    """
    if declared is None or declared == "":
        return OfferedTools(())
    return _read_text(declared if isinstance(declared, str) else json.dumps(declared, ensure_ascii=False))


@lru_cache(maxsize=CACHED_TOOL_LISTS)
def _read_text(text: str) -> OfferedTools:
    try:
        declarations = list(_declarations(read_json(yaml_as_json(text) if is_openapi_yaml(text) else text)))
    except JsonError as error:
        return OfferedTools((), (_unreadable("", f"the tools are {error}"),))
    found: dict[str, list[Tool]] = {}
    problems: list[ToolProblem] = []
    for number, declared in enumerate(declarations, 1):
        if isinstance(declared, ToolProblem):
            problems.append(declared)
            continue
        tool, wrong = _read_declaration(json.dumps(declared, ensure_ascii=False))
        problems.extend(problem if problem.tool else replace(problem, tool=f"tool {number}") for problem in wrong)
        if tool is not None:
            found.setdefault(tool.name, []).append(tool)
    for name, same in found.items():
        if any(other != same[0] for other in same):
            problems.append(ToolProblem(ToolProblemName.DECLARED_TWICE, name, "", _difference(same)))
    refused = {problem.tool for problem in problems}
    tools = [same[0] for name, same in sorted(found.items()) if name not in refused]
    return OfferedTools(tuple(tools), tuple(dict.fromkeys(problems)))


def _declarations(value: Any) -> Iterator[Any]:
    """Every declaration in a list, an answer that has one, a document, or a single object."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        for one in value:
            yield from _declarations(one)
    elif is_openapi(value):
        yield from operations(value)
    elif isinstance(value, Mapping) and "name" not in value:
        inside = value.get("result", value.get("tools", function_declarations(value)))
        yield from _declarations(inside) if isinstance(inside, Mapping | list) else [value]
    elif isinstance(value, str) and value.lstrip().startswith("{"):
        yield from _declarations(read_json(value))
    else:
        yield value


def _unreadable(tool: str, detail: str) -> ToolProblem:
    return ToolProblem(ToolProblemName.NOT_A_DECLARATION, tool, "", detail)


@lru_cache(maxsize=CACHED_TOOLS)
def _read_declaration(text: str) -> tuple[Tool | None, tuple[ToolProblem, ...]]:
    """The tool of one declaration, or its problems; they name no tool where it has no name."""
    declared = without_nulls(read_json(text))
    dialect = _dialect_of(declared)
    if dialect is None:
        return None, (_unreadable("", _unknown_form(declared)),)
    declaration = dialect.read(declared)
    name = declaration.name
    if not isinstance(name, str) or not name.strip():
        return None, (_unreadable("", "the tool has no name"),)
    parameters, problems = _parameters(declaration, name)
    if problems:
        return None, tuple(problems)
    try:
        normalized = normalized_schema(parameters, name)
    except RecursionError:
        return None, (_unreadable(name, "the schema of the arguments is nested too deeply"),)
    if normalized.problems:
        return None, normalized.problems
    return Tool(name, str(declaration.description or "").strip(), normalized.schema), ()


def _unknown_form(declared: object) -> str:
    if isinstance(declared, str):
        return f"found the text {declared[:40]!r}, expected an object that declares a tool"
    return f"a tool in no known form; expected: {', '.join(one.title for one in TOOL_DIALECTS)}"


def _dialect_of(declared: object) -> ToolDialect | None:
    if not isinstance(declared, Mapping):
        return None
    return next((one for one in TOOL_DIALECTS if one.recognizes(declared)), None)


def _parameters(declaration: Declaration, name: str) -> tuple[Mapping[str, Any], list[ToolProblem]]:
    """The schema as the dialect writes it, and what keeps it from being one."""
    parameters = without_nulls(declaration.parameters)
    if not isinstance(declaration.description, str | None):
        return {}, [_unreadable(name, "the description is not text")]
    if parameters is None or parameters == {}:
        return {}, []
    if not isinstance(parameters, Mapping):
        return {}, [_unreadable(name, f"the schema of the arguments is {write_json(parameters)[:40]}, no object")]
    if is_argument_map(parameters):
        return argument_map_schema(parameters), []
    if not parameters.keys() & SCHEMA_KEYWORDS:
        return {}, [_unreadable(name, "the arguments are neither a JSON Schema nor a map of arguments with types")]
    return parameters, [
        ToolProblem(ToolProblemName.INVALID_SCHEMA, name, argument, "declared beside `properties`, not in it")
        for argument, one in parameters.items()
        if argument not in MAPPING_KEYWORDS and isinstance(one, Mapping) and "type" in one
    ]


MAPPING_KEYWORDS = frozenset(
    "properties patternProperties additionalProperties $defs definitions not if then else items contains "
    "propertyNames unevaluatedProperties dependentSchemas type default example".split()
)
"""Keywords whose value may be an object with a `type`."""


def _difference(declared: Sequence[Tool]) -> str:
    """What two declarations of one name differ in."""
    one, other = declared[0], next(tool for tool in declared if tool != declared[0])
    if one.parameters == other.parameters:
        return "declared twice, with different descriptions"
    mine, theirs = one.properties, other.properties
    names = sorted(name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name))
    which = ", ".join(map(repr, names)) or "which arguments are required"
    return f"declared twice, with different arguments: {which}"
