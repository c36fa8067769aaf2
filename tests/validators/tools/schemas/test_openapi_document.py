from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import winnow
from winnow.validators.kinds.tools import offered_by_task
from winnow.validators.tools.schemas.read_tools import read_tools

CITY = {"name": "city", "in": "path", "required": True, "schema": {"type": "string"}, "description": "Where."}


def document(operation: dict[str, Any], version: str = "3.0.3", **item: Any) -> dict[str, Any]:
    components = {
        "schemas": {
            "Event": {
                "type": "object",
                "required": ["title", "id"],
                "properties": {
                    "id": {"type": "string", "readOnly": True},
                    "title": {"type": "string"},
                    "place": {"$ref": "#/components/schemas/Place"},
                },
            },
            "Place": {"type": "object", "properties": {"name": {"type": "string", "nullable": True}}},
            "Unused": {"type": "string"},
        },
        "parameters": {"Units": {"name": "units", "in": "query", "schema": {"enum": ["c", "f"]}}},
    }
    paths = {"/weather/{city}": {"get": operation, **item}}
    return {"openapi": version, "info": {}, "paths": paths, "components": components}


def json_body(schema: Any, *, required: bool = True) -> dict[str, Any]:
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def query(name: str, schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


EVENT = {"$ref": "#/components/schemas/Event"}
NOWHERE = {"$ref": "#/components/schemas/No"}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_an_operation_is_a_tool_with_parameters_and_body_merged(version: str) -> None:
    operation = {
        "operationId": "create_event",
        "summary": "Short.",
        "description": "Create an event.",
        "parameters": [
            {"$ref": "#/components/parameters/Units"},
            {"name": "Authorization", "in": "header", "schema": {"type": "string"}},
        ],
        "requestBody": json_body(EVENT),
    }
    found = read_tools(document(operation, version, parameters=[CITY]))
    assert found.problems == ()
    (tool,) = found.tools
    assert (tool.name, tool.description) == ("create_event", "Create an event.")
    assert {*tool.properties} == {"city", "units", "title", "place"}
    assert tool.required == ["city", "title"]
    assert tool.properties["city"]["description"] == "Where."
    assert tool.parameters["$defs"] == {
        "Place": {"type": "object", "properties": {"name": {"type": ["string", "null"]}}}
    }


def test_a_parameter_of_the_operation_replaces_that_of_its_path() -> None:
    own = {**CITY, "schema": {"type": "string", "enum": ["Paris"]}}
    (tool,) = read_tools(document({"operationId": "weather", "parameters": [own]}, parameters=[CITY])).tools
    assert tool.properties["city"]["enum"] == ["Paris"]


@pytest.mark.parametrize(
    "schema", [{"type": "array", "items": EVENT}, {"allOf": [EVENT]}, {"type": "object", "additionalProperties": EVENT}]
)
def test_a_body_that_is_no_plain_object_is_one_argument(schema: Any) -> None:
    (tool,) = read_tools(document({"operationId": "f", "requestBody": json_body(schema)})).tools
    assert ({*tool.properties}, tool.required) == ({"body"}, ["body"])


def test_nothing_of_an_optional_body_is_required() -> None:
    body = json_body(EVENT, required=False)
    (tool,) = read_tools(document({"operationId": "f", "requestBody": body})).tools
    assert ({*tool.properties}, [*tool.required]) == ({"title", "place"}, [])


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        ({}, "tool GET /weather/{city}: the operation has no operationId"),
        ({"operationId": "f", "parameters": {}}, "tool 'f': the parameters are not a list"),
        ({"operationId": "f", "parameters": [{"$ref": "#/x"}]}, "tool 'f': the parameter"),
        (
            {"operationId": "f", "parameters": [CITY, {**CITY, "in": "query"}]},
            "tool 'f', argument 'city': two parameters have this name",
        ),
        (
            {"operationId": "f", "parameters": [query("title", {})], "requestBody": json_body(EVENT)},
            "tool 'f', argument 'title': a parameter and the body both have this name",
        ),
        (
            {"operationId": "f", "requestBody": {"content": {"image/png": {}}}},
            "tool 'f', argument 'body': its content is image/png; expected: application/json",
        ),
        ({"operationId": "f", "parameters": [query("a", 3)]}, "tool 'f', argument 'a': its schema is"),
        (
            {"operationId": "f", "requestBody": json_body({"type": "array", "items": NOWHERE})},
            "tool 'f', argument 'body",
        ),
    ],
)  # fmt: skip
def test_an_operation_that_cannot_be_mapped_is_refused_by_name(operation: dict[str, Any], problem: str) -> None:
    found = read_tools(document(operation))
    assert found.tools == ()
    assert [str(one).startswith(problem) for one in found.problems] == [True], [*map(str, found.problems)]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part of a JSON value, the whole excepted."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for key, part in parts for one in ((*path, key), *places(part, (*path, key)))]


def test_damaged_documents_end_in_problems_and_not_in_a_traceback() -> None:
    operation = {"operationId": "f", "parameters": [CITY, query("q", {})], "requestBody": json_body(EVENT)}
    whole = document(operation, parameters=[CITY])
    for path in places(whole):
        for strange in (None, 0, "x", [], {}, [None], {"a": [1]}, True):
            damaged = copy.deepcopy(whole)
            *above, key = path
            parent: Any = damaged
            for step in above:
                parent = parent[step]
            parent[key] = strange
            assert len(read_tools(damaged).tools) <= 1


@pytest.mark.parametrize("declared", [{"swagger": "2.0", "paths": {}}, {"openapi": "3.1.0", "paths": []}])
def test_another_version_and_a_document_without_paths_are_refused(declared: dict[str, Any]) -> None:
    (problem,) = read_tools(declared).problems
    assert "expected: 3.0 or 3.1, with paths" in str(problem)


def test_the_answer_to_tools_list_of_mcp_is_read() -> None:
    schema = {"type": "object", "properties": {"city": {"$ref": "#/$defs/City"}}, "$defs": {"City": {"type": "string"}}}
    listed = [{"name": "weather", "title": "Weather", "inputSchema": schema}]
    for declared in ({"tools": listed, "nextCursor": None}, {"jsonrpc": "2.0", "id": 1, "result": {"tools": listed}}):
        (tool,) = read_tools(json.dumps(declared)).tools
        assert (tool.name, tool.description, {*tool.properties}) == ("weather", "Weather", {"city"})


YAML = """
openapi: 3.1.0
paths:
  /weather:
    get:
      operationId: weather
      parameters:
        - {name: day, in: query, schema: {type: string, default: 2026-01-31}}
      responses:
        200: {description: fine}
"""


def test_a_task_names_a_document_in_yaml(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(YAML)
    (tmp_path / "winnow.yaml").write_text("name: t\nkind: tools\ntools: api.yaml\n")
    (tool,) = offered_by_task(winnow.open(tmp_path).task)
    assert tool.properties["day"] == {"type": "string", "default": "2026-01-31"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("openapi: 3.1.0\npaths: [", "the tools are not YAML"),
        (
            "openapi: 3.1.0\npaths: {}\npaths: {}",
            "the tools are not strict YAML: key 'paths' occurs twice in one object at line 1",
        ),
        ("openapi: 3.1.0\npaths: &a {x: *a}", "the tools are empty, or YAML with aliases"),
        ("openapi: .nan\npaths: {}", "the tools are not YAML"),
        ("tools: []", "the tools are not JSON"),
    ],
)
def test_yaml_is_read_strictly(text: str, problem: str) -> None:
    (found,) = read_tools(text).problems
    assert str(found).startswith(problem)
