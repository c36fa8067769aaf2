from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.public_data import public_data
from winnow.validators.tools.schemas.read_tools import read_tools
from winnow.validators.tools.schemas.tool_problem import ToolProblemName

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


def schema_of(declared: object) -> Any:
    """The schema of the only tool; the declaration has no problem."""
    offered = read_tools(declared)
    assert offered.problems == ()
    (tool,) = offered.tools
    return tool.parameters


def properties_of(parameters: object) -> Any:
    return schema_of({"name": "f", "parameters": parameters})["properties"]


def messages_of(declared: object) -> list[str]:
    return [str(problem) for problem in read_tools(declared).problems]


WEATHER: dict[str, Any] = {"name": "weather", "description": "Weather of a city."}


@pytest.mark.parametrize(
    "declared",
    [
        {"type": "function", "function": {**WEATHER, "parameters": CITY, "strict": True}},
        {"type": "function", **WEATHER, "parameters": CITY, "strict": True},
        {**WEATHER, "parameters": CITY},
        {**WEATHER, "parameters": {"type": "object", "properties": CITY["properties"]}, "required": ["city"]},
        {**WEATHER, "input_schema": CITY, "cache_control": {"type": "ephemeral"}},
        {**WEATHER, "title": "Weather", "inputSchema": CITY, "outputSchema": {"type": "object"}},
        {"name": "weather", "title": "Weather of a city.", "inputSchema": CITY},
        {"tools": [{**WEATHER, "inputSchema": CITY}], "nextCursor": None},
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{**WEATHER, "inputSchema": CITY}]}},
        {**WEATHER, "parameters": {"type": "dict", "properties": {"city": {"type": "String"}}, "required": ["city"]}},
        {**WEATHER, "parameters": {"city": {"type": "str"}}},
        {
            "functionDeclarations": [
                {
                    **WEATHER,
                    "parameters": {
                        "type": "OBJECT",
                        "properties": {"city": {"type": "STRING"}},
                        "required": ["city"],
                        "propertyOrdering": ["city"],
                    },
                }
            ]
        },
        {"function_declarations": [{**WEATHER, "parametersJsonSchema": CITY}]},
        {**WEATHER, "parameters": {"type": "object", "properties": {"city": {"type": "string", "required": True}}}},
    ],
    ids=range(14),
)
def test_every_dialect_declares_the_same_tool(declared: dict[str, Any]) -> None:
    offered = read_tools([declared])
    assert offered.problems == ()
    (tool,) = offered.tools
    assert (tool.name, tool.description, tool.parameters) == ("weather", "Weather of a city.", CITY)
    assert read_tools(json.dumps([declared])) == read_tools(declared) == offered


@pytest.mark.parametrize(
    ("declared", "schema"),
    [
        ("str", {"type": "string"}),
        ("float", {"type": "number"}),
        ("List[int]", {"type": "array", "items": {"type": "integer"}}),
        ("list", {"type": "array"}),
        ("set", {"type": "array", "uniqueItems": True}),
        ("Set[str]", {"type": "array", "uniqueItems": True, "items": {"type": "string"}}),
        ("Dict[str, Any]", {"type": "object", "additionalProperties": {}}),
        (
            "Dict[str, List[float]]",
            {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "number"}}},
        ),
        ("Union[int, float]", {"type": ["integer", "number"]}),
        ("int | str", {"type": ["integer", "string"]}),
        ("Union[List[int], str]", {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "string"}]}),
        ("Optional[int]", {"type": ["integer", "null"]}),
        ("Literal['a', 'b']", {"enum": ["a", "b"]}),
        ("Any", {}),
        ("datetime.date", {"type": "string", "format": "date"}),
        ("typing.List[str]", {"type": "array", "items": {"type": "string"}}),
        ("Tuple[int, ...]", {"type": "array", "items": {"type": "integer"}}),
        (
            "Tuple[float, float]",
            {"type": "array", "prefixItems": [{"type": "number"}] * 2, "items": False, "minItems": 2},
        ),
        ("STRING", {"type": "string"}),
        ("ArrayList", {"type": "array"}),
        ("any", {}),
        ("str, optional", {"type": "string"}),
        ("List[Tuple[int, int]], optional", {
            "type": "array",
            "items": {"type": "array", "prefixItems": [{"type": "integer"}] * 2, "items": False, "minItems": 2},
        }),
        (["STRING", "NULL"], {"type": ["string", "null"]}),
        (["string", "List[int]"], {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "integer"}}]}),
    ],
)  # fmt: skip
def test_types_of_every_dialect_become_json_types(declared: object, schema: dict[str, Any]) -> None:
    assert properties_of({"type": "object", "properties": {"x": {"type": declared}}}) == {"x": schema}


@pytest.mark.parametrize(
    "word",
    [
        *("Callable[[float], float]", "np.ndarray", "complex", "bytes", "File", "List[Callable]", "str, maybe", ""),
        *(
            "1",
            "List[",
            "TYPE_UNSPECIFIED",
            "__import__('os')",
            "Dict[str]",
            "Union[int, Callable]",
            "Tuple[bytes, int]",
        ),
    ],
)
def test_a_type_without_a_json_form_is_refused_by_tool_and_argument(word: str) -> None:
    inner = {"type": "object", "properties": {"y": {"type": word}}}
    declared = {"name": "f", "parameters": {"type": "object", "properties": {"x": {"type": "array", "items": inner}}}}
    offered = read_tools([{"name": "g"}, declared])
    assert [tool.name for tool in offered.tools] == ["g"]
    assert [str(problem) for problem in offered.problems] == [
        f"tool 'f', argument 'x[].y': type {word!r} has no JSON form"
    ]


def test_nullable_allows_null() -> None:
    found = properties_of(
        {
            "type": "object",
            "properties": {
                "a": {"type": "string", "nullable": True, "enum": ["x"]},
                "b": {"$ref": "#/$defs/B", "nullable": True, "description": "B"},
                "c": {"type": "INTEGER", "nullable": False},
                "d": {"nullable": True},
            },
            "$defs": {"B": {"type": "integer"}},
        }
    )
    assert found == {
        "a": {"type": ["string", "null"], "enum": ["x", None]},
        "b": {"description": "B", "anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}]},
        "c": {"type": "integer"},
        "d": {},
    }


@pytest.mark.parametrize(
    ("older", "schema"),
    [
        ({"type": "integer", "minimum": 0, "exclusiveMinimum": True}, {"type": "integer", "exclusiveMinimum": 0}),
        ({"type": "integer", "maximum": 9, "exclusiveMaximum": False}, {"type": "integer", "maximum": 9}),
        (
            {"type": "array", "items": [{"type": "float"}, {"type": "string"}], "additionalItems": False},
            {"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}], "items": False},
        ),
        ({"type": "array", "items": [{"type": "number"}]}, {"type": "array", "prefixItems": [{"type": "number"}]}),
        (
            {"type": "string", "nullable": True, "enum": ["x", None]},
            {"type": ["string", "null"], "enum": ["x", None]},
        ),
        ({"type": "ARRAY", "maxItems": "5"}, {"type": "array", "maxItems": 5}),
        ({"type": "STRING", "format": "enum", "enum": ["A"]}, {"type": "string", "enum": ["A"]}),
        ({"type": "string", "$schema": "http://json-schema.org/draft-04/schema#"}, {"type": "string"}),
    ],
)  # fmt: skip
def test_older_forms_are_rewritten(older: dict[str, Any], schema: dict[str, Any]) -> None:
    assert properties_of({"type": "object", "properties": {"x": older}}) == {"x": schema}


def test_a_reference_at_the_top_is_followed() -> None:
    declared = {"$ref": "#/$defs/Args", "$defs": {"Args": CITY}, "$schema": "http://json-schema.org/draft-07/schema#"}
    assert schema_of({"name": "f", "inputSchema": declared}) == {**CITY, "$defs": {"Args": CITY}}


def test_alternatives_keep_their_references() -> None:
    declared = {
        "type": "object",
        "properties": {"shape": {"oneOf": [{"$ref": "#/$defs/Circle"}, {"$ref": "#/$defs/Square"}]}},
        "$defs": {name: {"type": "object", "properties": {"size": {"type": "float"}}} for name in ("Circle", "Square")},
    }
    found = schema_of({"name": "f", "inputSchema": declared})
    assert found["properties"] == declared["properties"]
    assert found["$defs"]["Circle"]["properties"] == {"size": {"type": "number"}}


@pytest.mark.parametrize(
    "reference", ["#/$defs/Nothing", "https://example.com/schema.json", "other.json#/a", "#/$defs/Loop"]
)
def test_a_reference_that_leads_to_nothing_is_refused(reference: str) -> None:
    properties = {"x": {"type": "array", "items": {"$ref": reference}}}
    loop = {"Loop": {"$ref": "#/$defs/Loop"}} if reference.endswith("Loop") else {}
    declared = {"type": "object", "properties": properties, "$defs": loop}
    problems = read_tools({"name": "f", "inputSchema": declared}).problems
    assert {problem.name for problem in problems} == {ToolProblemName.UNRESOLVED_REFERENCE}
    assert (problems[-1].argument, reference in problems[-1].detail) == ("x[]", True)


def test_a_recursive_schema_is_read() -> None:
    node = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/Node"}}}}
    declared = {"type": "object", "properties": {"root": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node}}
    assert schema_of({"name": "f", "inputSchema": declared}) == declared


@pytest.mark.parametrize(
    ("argument", "required", "default"),
    [
        ({"type": "str"}, True, None),
        ({"type": "str, optional"}, False, None),
        ({"type": "Optional[str]"}, False, None),
        ({"type": "str", "default": "London"}, False, "London"),
        ({"type": "str", "default": ""}, True, None),
        ({"type": "int", "default": ""}, True, None),
        ({"type": "str, optional", "default": ""}, False, None),
        ({"type": "int", "default": "250"}, False, 250),
        ({"type": "int", "default": 2.5}, True, None),
        ({"type": "float", "default": True}, True, None),
        ({"type": "bool", "default": False}, False, False),
        ({"type": "List[int]", "default": "[1, 2]"}, False, [1, 2]),
        ({"type": "str, optional, default 'London'"}, False, "London"),
        ({"type": "int, default=3"}, False, 3),
        ({"type": "str (optional)"}, False, None),
        ({"type": "str", "description": "The key. Defaults to 'name'."}, False, None),
        ({"type": "str", "description": "Optional. The key.", "default": ""}, False, None),
        ({"type": "str", "description": "The key; it is not optional."}, True, None),
        ({"type": "str, required"}, True, None),
        ({"description": "The key."}, True, None),
    ],
)
def test_xlam_says_what_is_required(argument: dict[str, Any], required: bool, default: object) -> None:
    schema = schema_of({"name": "f", "parameters": {"x": argument}})
    assert ("x" in schema["required"]) is required
    assert schema["properties"]["x"].get("default") == default
    assert type(schema["properties"]["x"].get("default")) is type(default)


def test_arguments_may_have_the_names_of_keywords() -> None:
    properties = {"type": {"type": "str"}, "properties": {"type": "dict"}, "description": {"type": "str"}}
    assert list(properties_of(properties)) == list(properties)
    nested = {name: {"type": "string"} for name in ("type", "required", "items", "nullable", "format", "$schema", "id")}
    assert properties_of({"type": "object", "properties": nested}) == nested
    assert properties_of({"properties": nested}) == nested


def test_nulls_that_pad_a_table_are_dropped() -> None:
    padded = {"type": "string", "enum": None, "items": None, "description": None, "properties": None}
    declared = {"type": "object", "properties": {"city": padded, "title": None}, "required": None, "$defs": None}
    assert schema_of({"name": "f", "description": None, "parameters": declared}) == {
        "type": "object",
        "properties": {"city": {"type": "string"}},
    }
    xlam = {"name": "f", "input_schema": None, "function": None, "parameters": {"city": {"type": "str"}, "title": None}}
    assert schema_of(xlam)["properties"] == {"city": {"type": "string"}}
    kept = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    assert properties_of({"type": "object", "properties": {"x": kept}}) == {"x": kept}


def test_a_list_may_hold_declarations_as_json_text() -> None:
    declared = [{**WEATHER, "parameters": CITY}, {"name": "now", "parameters": {}}]
    assert read_tools([json.dumps(one) for one in declared]) == read_tools(declared)


def test_a_tool_without_arguments_has_none() -> None:
    for declared in ({}, {"parameters": {}}, {"parameters": None}, {"input_schema": {"type": "object"}}):
        assert schema_of({"name": "f", **declared}) == {"type": "object", "properties": {}}
    assert read_tools(None) == read_tools("") == read_tools([]) == read_tools("[]")


def test_a_tool_declared_twice_in_the_same_way_is_one() -> None:
    offered = read_tools([{**WEATHER, "parameters": CITY}, {**WEATHER, "input_schema": CITY}])
    assert len(offered.tools) == 1
    assert not offered.problems


@pytest.mark.parametrize(
    ("second", "detail"),
    [
        ({**WEATHER, "description": "Other.", "parameters": CITY}, "with different descriptions"),
        ({**WEATHER, "parameters": {**CITY, "required": []}}, "which arguments are required"),
        ({**WEATHER, "parameters": {"town": {"type": "str"}}}, "with different arguments: 'city', 'town'"),
    ],
)
def test_a_tool_declared_twice_in_different_ways_is_refused(second: dict[str, Any], detail: str) -> None:
    offered = read_tools([{**WEATHER, "parameters": CITY}, {"name": "other"}, second])
    assert [tool.name for tool in offered.tools] == ["other"]
    (problem,) = offered.problems
    assert problem.name == ToolProblemName.DECLARED_TWICE
    assert detail in problem.detail


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("[{'name': 'f'}]", "the tools are not JSON"),
        ([1], "tool 1: a tool in no known form"),
        (["weather"], "tool 1: found the text 'weather'"),
        (['{"name": "f"'], "the tools are not JSON"),
        ([{"description": "x"}], "tool 1: a tool in no known form"),
        ([{"name": " ", "parameters": CITY}], "tool 1: the tool has no name"),
        ([{"type": "function", "function": {"parameters": CITY}}], "tool 1: the tool has no name"),
        ([{"name": "f", "description": ["x"], "parameters": CITY}], "tool 'f': the description is not text"),
        ([{"name": "f", "parameters": "CITY"}], "tool 'f': the schema of the arguments is \"CITY\""),
        ([{"name": "f", "parameters": {"city": "str"}}], "tool 'f': the arguments are neither a JSON Schema nor a map"),
        ([{"type": "web_search_20250305", "name": "web_search"}], "tool 1: a tool in no known form"),
        ([{"name": "f", "parameters": {"type": "object", "properties": [1]}}], "'properties' is no JSON Schema"),
        ([{"name": "f", "parameters": {**CITY, "required": "city"}}], "'required' is no JSON Schema"),
        ([{"name": "f", "parameters": {"properties": {"x": {"enum": "a"}}}}], "argument 'x': 'enum' is no"),
        ([{"name": "f", "parameters": {"properties": {"x": {"pattern": "("}}}}], "argument 'x': 'pattern' is no"),
        ([{"name": "f", "parameters": {"type": "array", "items": {}}}], "type 'array', expected an object"),
        (
            [{"name": "f", "parameters": {**CITY, "required": ["citi"]}}],
            "argument 'citi': required, but not declared; did you mean 'city'?",
        ),
        (
            [{"name": "f", "parameters": {"type": "object", "city": {"type": "string"}}}],
            "argument 'city': declared beside `properties`",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(declared: object, message: str) -> None:
    assert any(message in found for found in messages_of(declared)), messages_of(declared)
    assert read_tools(declared).tools == ()


def test_required_may_name_an_argument_of_an_alternative() -> None:
    definitions = {"B": {"properties": {"b": {}}, "anyOf": [{"$ref": "#/$defs/B"}]}}
    one_of = [{"properties": {"a": {"type": "string"}}}, {"$ref": "#/$defs/B"}]
    declared = {"type": "object", "required": ["a", "b"], "oneOf": one_of, "$defs": definitions}
    assert schema_of({"name": "f", "inputSchema": declared})
    assert schema_of(
        {"name": "f", "inputSchema": {"type": "object", "patternProperties": {"^x": {}}, "required": ["x1"]}}
    )


@pytest.mark.parametrize(
    ("properties", "argument"),
    [
        ({"x": {"items": {"enum": "a"}}}, "x[]"),
        ({"x": {"additionalProperties": {"enum": "a"}}}, "x.*"),
        ({"items": {"enum": "a"}}, "items"),
        ({"properties": {"properties": {"items": {"enum": "a"}}}}, "properties.items"),
        ({"x": {"properties": [1]}}, "x"),
        ({"x": "string"}, "x"),
    ],
)
def test_an_invalid_schema_is_named_by_its_argument(properties: dict[str, Any], argument: str) -> None:
    (problem, *_) = read_tools({"name": "f", "parameters": {"type": "object", "properties": properties}}).problems
    assert (problem.name, problem.argument) == (ToolProblemName.INVALID_SCHEMA, argument)


@pytest.mark.parametrize("given", [[], [1], 5, {"a": 1}, ["string", "bytes"]])
def test_a_type_that_is_no_word_is_refused(given: object) -> None:
    inner = {"type": given, "nullable": True, "properties": {"y": {"type": "bytes"}}}
    problems = read_tools({"name": "f", "parameters": {"type": "object", "properties": {"x": inner}}}).problems
    assert [(problem.name, problem.argument) for problem in problems] == [
        (ToolProblemName.UNMAPPABLE_TYPE, "x"),
        (ToolProblemName.UNMAPPABLE_TYPE, "x.y"),
    ]


def test_a_schema_may_be_nested_too_deeply() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(400):
        schema = {"type": "array", "items": schema}
    assert messages_of({"name": "f", "parameters": {"type": "object", "properties": {"x": schema}}}) == [
        "tool 'f': the schema of the arguments is nested too deeply"
    ]


def test_every_problem_is_reported_at_once() -> None:
    bad = {"type": "object", "properties": {"x": {"type": "complex"}, "y": {"type": "bytes"}}}
    assert len(messages_of([{"name": "f", "parameters": bad}, {"name": "g", "parameters": "x"}, 3])) == 4


def test_public_tools_are_read() -> None:
    rows = json.loads(public_data("llamafactory_toolcall/glaive_toolcall_en_demo.json").read_text(encoding="utf-8"))
    assert [problem for row in rows for problem in read_tools(row["tools"]).problems] == []


def test_xlam_refuses_only_functions_as_values_and_contradicting_declarations() -> None:
    lines = public_data("xlam_60k_raw/xlam_1000.jsonl").read_text(encoding="utf-8").splitlines()
    offered = [read_tools(json.loads(line)["tools"]) for line in lines]
    problems = [problem for one in offered for problem in one.problems]
    names = {problem.name for problem in problems}
    assert names == {ToolProblemName.UNMAPPABLE_TYPE, ToolProblemName.DECLARED_TWICE}
    assert {problem.detail for problem in problems if problem.name == ToolProblemName.UNMAPPABLE_TYPE} == {
        "type 'Callable[[float], float]' has no JSON form"
    }
    assert sum(bool(one.problems) for one in offered) <= 12
