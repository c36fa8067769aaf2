from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.public_data import public_data
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.schemas.argument_problem import ArgumentProblemName as Name
from winnow.validators.tools.schemas.check_arguments import argument_problems, schema_violations
from winnow.validators.tools.schemas.closed_schema import closed_schema
from winnow.validators.tools.schemas.read_tools import read_tools

PLACE = {"type": "object", "properties": {"city": {"type": "string"}, "zip": {"type": "string"}}, "required": ["city"]}
SHAPES = {
    "oneOf": [
        {
            "type": "object",
            "properties": {"kind": {"const": kind}, size: {"type": "number"}},
            "required": ["kind", size],
        }
        for kind, size in (("circle", "radius"), ("square", "side"))
    ]
}
CIRCLE = {"kind": "circle", "radius": 1}
SQUARE = {"kind": "square", "side": 1}
PROPERTIES: dict[str, Any] = {
    "title": {"type": "string", "minLength": 2, "maxLength": 20},
    "day": {"type": "string", "format": "date"},
    "at": {"type": "string", "format": "time"},
    "start": {"type": "string", "format": "date-time"},
    "mail": {"type": "string", "format": "email"},
    "until": {"type": ["string", "null"], "format": "date-time"},
    "from": {"type": ["string", "null"], "format": "time"},
    "cc": {"type": ["string", "null"], "format": "email"},
    "guests": {"type": "integer", "minimum": 1, "maximum": 9},
    "price": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5},
    "public": {"type": "boolean"},
    "color": {"type": "string", "enum": ["red", "green", "dark blue"]},
    "code": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "minItems": 1, "maxItems": 3},
    "place": PLACE,
    "stops": {"type": "array", "items": PLACE},
    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
    "anything": {"type": "object"},
    "note": {"type": ["string", "null"]},
    "shape": SHAPES,
    "size": {"anyOf": [{"type": "integer"}, {"enum": ["small", "large"]}]},
    "ids": {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
    "point": {"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}], "items": False, "minItems": 2},
    "text": {"type": "string"},
    "near": {"$ref": "#/$defs/Near"},
    "exactly": {"oneOf": [{"type": "integer"}, {"type": "integer", "minimum": 5}]},
}
DEFINITIONS = {
    "Near": {"type": "object", "properties": {"km": {"type": "integer"}, "of": PLACE}, "additionalProperties": True}
}
SCHEMA = {"type": "object", "properties": PROPERTIES, "required": ["title"], "$defs": DEFINITIONS}
VALID: dict[str, Any] = {"title": "Lunch"}


def tool_of(parameters: Mapping[str, Any], name: str = "create_event") -> Tool:
    offered = read_tools({"name": name, "parameters": parameters})
    assert not offered.problems
    return offered.tools[0]


TOOL = tool_of(SCHEMA)


def problems_of(arguments: Mapping[str, Any]) -> list[tuple[Name, str]]:
    return [(one.name, one.argument) for one in schema_violations(TOOL, arguments)]


@pytest.mark.parametrize(
    ("arguments", "broken", "name", "path"),
    [
        ({"day": "2025-02-28"}, {"day": "2025-02-30"}, Name.NO_SUCH_DATE, "day"),
        ({"day": "2024-02-29"}, {"day": "2025-02-29"}, Name.NO_SUCH_DATE, "day"),
        ({"day": "2025-12-01"}, {"day": "2025-13-01"}, Name.NO_SUCH_DATE, "day"),
        ({"day": "2025-02-28"}, {"day": "28.02.2025"}, Name.WRONG_FORMAT, "day"),
        ({"day": "2025-12-31"}, {"day": "2025-12-32"}, Name.NO_SUCH_DATE, "day"),
        ({"until": None}, {"until": "2025-02-28"}, Name.WRONG_FORMAT, "until"),
        ({"from": None}, {"from": "half past ten"}, Name.WRONG_FORMAT, "from"),
        ({"cc": None}, {"cc": "ann..lee@example.com"}, Name.WRONG_FORMAT, "cc"),
        ({"text": "2025-12-32"}, {"text": "2025-31-12"}, Name.NO_SUCH_DATE, "text"),
        ({"text": "1899-02-30"}, {"text": "2025/04/31"}, Name.NO_SUCH_DATE, "text"),
        ({"text": "2025-02-30-7"}, {"text": " 2025-02-30 "}, Name.NO_SUCH_DATE, "text"),
        ({"day": "2025-02-28"}, {"day": "2025-2-28"}, Name.WRONG_FORMAT, "day"),
        ({"day": "2025-02-28"}, {"day": "tomorrow"}, Name.WRONG_FORMAT, "day"),
        ({"at": "23:59"}, {"at": "24:30"}, Name.WRONG_FORMAT, "at"),
        ({"at": "14:30:00+02:00"}, {"at": "2 pm"}, Name.WRONG_FORMAT, "at"),
        ({"start": "2025-02-28T10:00:00Z"}, {"start": "2025-02-30T10:00:00Z"}, Name.NO_SUCH_DATE, "start"),
        ({"start": "2025-02-28T10:00"}, {"start": "2025-02-28T25:00:00"}, Name.NO_SUCH_DATE, "start"),
        ({"start": "2025-02-28 10:00:00"}, {"start": "2025-02-28"}, Name.WRONG_FORMAT, "start"),
        ({"mail": "ann@example.com"}, {"mail": "ann.example.com"}, Name.WRONG_FORMAT, "mail"),
        ({"mail": "a+b@mail.example.com"}, {"mail": "ann@example"}, Name.WRONG_FORMAT, "mail"),
        ({"mail": "ann@example.com"}, {"mail": "ann@example.com, bob@example.com"}, Name.WRONG_FORMAT, "mail"),
        ({"text": "2025-02-28"}, {"text": "2025-02-30"}, Name.NO_SUCH_DATE, "text"),
        ({"text": "02/28/2025"}, {"text": "02/30/2025"}, Name.NO_SUCH_DATE, "text"),
        ({"text": "30/01/2025"}, {"text": "31/04/2025"}, Name.NO_SUCH_DATE, "text"),
        ({"text": "2025-02-28T09:00"}, {"text": "2025-02-31T09:00"}, Name.NO_SUCH_DATE, "text"),
        ({"text": "2025-45-99"}, {"anything": {"a": ["2025-06-31"]}}, Name.NO_SUCH_DATE, "anything.a[0]"),
        ({"guests": 3}, {"guests": 3.0}, Name.FLOAT_FOR_INTEGER, "guests"),
        ({"guests": 3}, {"guests": "3"}, Name.NUMBER_AS_STRING, "guests"),
        ({"guests": 3}, {"guests": True}, Name.WRONG_TYPE, "guests"),
        ({"guests": 3}, {"guests": 3.5}, Name.WRONG_TYPE, "guests"),
        ({"guests": 3}, {"guests": None}, Name.NULL_VALUE, "guests"),
        ({"guests": 9}, {"guests": 10}, Name.OUT_OF_RANGE, "guests"),
        ({"guests": 1}, {"guests": 0}, Name.OUT_OF_RANGE, "guests"),
        ({"price": 3}, {"price": "3.50"}, Name.NUMBER_AS_STRING, "price"),
        ({"price": 0.5}, {"price": 0}, Name.OUT_OF_RANGE, "price"),
        ({"price": 1.5}, {"price": 1.25}, Name.OUT_OF_RANGE, "price"),
        ({"public": True}, {"public": "True"}, Name.BOOLEAN_AS_STRING, "public"),
        ({"public": False}, {"public": 0}, Name.WRONG_TYPE, "public"),
        ({"public": False}, {"public": "no"}, Name.WRONG_TYPE, "public"),
        ({"color": "red"}, {"color": "Red"}, Name.NOT_IN_ENUM, "color"),
        ({"color": "dark blue"}, {"color": "blue"}, Name.NOT_IN_ENUM, "color"),
        ({"code": "ABC"}, {"code": "abc"}, Name.PATTERN_MISMATCH, "code"),
        ({"title": "ab"}, {"title": "a"}, Name.WRONG_LENGTH, "title"),
        ({"title": "ab"}, {"title": "a" * 21}, Name.WRONG_LENGTH, "title"),
        ({"title": "12"}, {"title": 12}, Name.WRONG_TYPE, "title"),
        ({"tags": ["a"]}, {"tags": []}, Name.WRONG_LENGTH, "tags"),
        ({"tags": ["a"]}, {"tags": ["a", "b", "c", "d"]}, Name.WRONG_LENGTH, "tags"),
        ({"tags": ["a", "b"]}, {"tags": ["a", "a"]}, Name.REPEATED_ITEM, "tags"),
        ({"tags": ["a"]}, {"tags": "a"}, Name.WRONG_TYPE, "tags"),
        ({"tags": ["a"]}, {"tags": '["a"]'}, Name.JSON_AS_STRING, "tags"),
        ({"tags": ["a"]}, {"tags": "12"}, Name.WRONG_TYPE, "tags"),
        ({"tags": ["a"]}, {"tags": '{"a": 1}'}, Name.WRONG_TYPE, "tags"),
        ({"place": {"city": "x"}}, {"place": '["x"]'}, Name.WRONG_TYPE, "place"),
        ({"tags": ["1"]}, {"tags": ["a", 1]}, Name.WRONG_TYPE, "tags[1]"),
        ({"place": {"city": "Rome"}}, {"place": {"zip": "1"}}, Name.MISSING, "place.city"),
        ({"place": {"city": "Rome"}}, {"place": {"city": "Rome", "town": "Rome"}}, Name.UNDECLARED, "place.town"),
        ({"place": {"city": "Rome"}}, {"place": '{"city": "Rome"}'}, Name.JSON_AS_STRING, "place"),
        ({"stops": [{"city": "Rome"}]}, {"stops": [{"city": "Rome"}, {}]}, Name.MISSING, "stops[1].city"),
        ({"labels": {"any": "x"}}, {"labels": {"any": 1}}, Name.WRONG_TYPE, "labels.any"),
        ({"anything": {"a": {"b": 1}}}, {"anything": []}, Name.WRONG_TYPE, "anything"),
        ({"note": None}, {"note": 1}, Name.WRONG_TYPE, "note"),
        ({"shape": CIRCLE}, {"shape": {**CIRCLE, "radius": "1"}}, Name.NUMBER_AS_STRING, "shape.radius"),
        ({"shape": SQUARE}, {"shape": {"kind": "square"}}, Name.MISSING, "shape.side"),
        ({"shape": SQUARE}, {"shape": {**SQUARE, "radius": 2}}, Name.UNDECLARED, "shape.radius"),
        ({"shape": SQUARE}, {"shape": {"kind": "star"}}, Name.NO_ALTERNATIVE, "shape"),
        ({"size": "small"}, {"size": "tiny"}, Name.NOT_IN_ENUM, "size"),
        ({"ids": [1]}, {"ids": "one"}, Name.WRONG_TYPE, "ids"),
        ({"ids": 1}, {"ids": "1"}, Name.NUMBER_AS_STRING, "ids"),
        ({"ids": [1]}, {"ids": ["1"]}, Name.NUMBER_AS_STRING, "ids[0]"),
        ({"point": [1, 2.5]}, {"point": [1, 2, 3]}, Name.WRONG_LENGTH, "point"),
        ({"point": [1, 2.5]}, {"point": [1]}, Name.WRONG_LENGTH, "point"),
        ({"near": {"km": 3}}, {"near": {"km": 3, "miles": 2}}, Name.UNDECLARED, "near.miles"),
        ({"near": {"of": {"city": "x"}}}, {"near": {"of": {"city": "x", "a": "y"}}}, Name.UNDECLARED, "near.of.a"),
        ({"exactly": 4}, {"exactly": 5}, Name.SEVERAL_ALTERNATIVES, "exactly"),
        ({}, {"guest": 3}, Name.UNDECLARED, "guest"),
    ],
)  # fmt: skip
def test_a_rule_accepts_and_refuses(arguments: dict[str, Any], broken: dict[str, Any], name: Name, path: str) -> None:
    assert problems_of({**VALID, **arguments}) == []
    assert problems_of({**VALID, **broken}) == [(name, path)]


def test_a_required_argument_is_missing() -> None:
    assert problems_of({"guests": 3}) == [(Name.MISSING, "title")]


@pytest.mark.parametrize("extra", [True, False, {}, {"type": "string"}, None])
def test_no_argument_is_invented_whatever_the_schema_allows(extra: object) -> None:
    more = {} if extra is None else {"additionalProperties": extra}
    for declared in ({"a": {"type": "string"}}, {}):
        tool = tool_of({"type": "object", "properties": declared, **more})
        (violation,) = schema_violations(tool, {"b": "x"})
        assert (violation.name, violation.argument) == (Name.UNDECLARED, "b")
        assert schema_violations(tool, dict.fromkeys(declared, "x")) == []


def test_alternatives_at_the_top_declare_arguments_together() -> None:
    tool = tool_of(
        {
            "type": "object",
            "properties": {"unit": {"type": "string"}},
            "oneOf": [
                {"properties": {"city": {"type": "string"}}, "required": ["city"]},
                {"$ref": "#/$defs/Point"},
            ],
            "$defs": {"Point": {"properties": {"lat": {"type": "number"}}, "required": ["lat"]}},
        }
    )
    assert schema_violations(tool, {"city": "Rome", "unit": "C"}) == []
    assert schema_violations(tool, {"lat": 1.5}) == []
    assert [one.name for one in schema_violations(tool, {"city": "Rome", "town": "Rome"})] == [Name.UNDECLARED]
    assert [one.name for one in schema_violations(tool, {"unit": "C"})] == [Name.NO_ALTERNATIVE]


def test_where_an_alternative_does_not_fit_only_what_no_alternative_declares_is_undeclared() -> None:
    parts = [{"properties": {"b": {"type": "string"}}, "required": ["b"]}, {"properties": {"c": {"type": "integer"}}}]
    tool = tool_of({"type": "object", "allOf": parts})
    assert schema_violations(tool, {"b": "x", "c": 1}) == []
    found = schema_violations(tool, {"c": "1", "d": 1})
    assert [(one.name, one.argument) for one in found] == [
        (Name.MISSING, "b"),
        (Name.NUMBER_AS_STRING, "c"),
        (Name.UNDECLARED, "d"),
    ]


def test_a_part_that_allows_more_does_not_open_the_others() -> None:
    parts = [{"type": "object", "additionalProperties": True}, {"properties": {"b": {"type": "string"}}}]
    for tool in (
        tool_of({"type": "object", "allOf": parts}),
        tool_of({"type": "object", "properties": {"b": {"type": "object", "allOf": parts}}}),
    ):
        declared = {"b": "x"} if "allOf" in tool.parameters else {"b": {"b": "x"}}
        assert schema_violations(tool, declared) == []
        undeclared = {**declared, "c": 1} if "allOf" in tool.parameters else {"b": {"b": "x", "c": 1}}
        assert [one.name for one in schema_violations(tool, undeclared)] == [Name.UNDECLARED]


def test_an_object_without_alternatives_is_closed_by_the_fast_keyword() -> None:
    closed = closed_schema(
        {"type": "object", "properties": {"a": PLACE, "b": {"$ref": "#/$defs/B"}}, "$defs": {"B": PLACE}}
    )
    assert (closed["additionalProperties"], closed["properties"]["a"]["additionalProperties"]) == (False, False)
    assert "unevaluatedProperties" not in closed | closed["properties"]["a"]
    assert closed["properties"]["b"]["unevaluatedProperties"] is False


def test_a_condition_asks_only_for_what_it_names() -> None:
    rome = {"type": "object", "properties": {"city": {"const": "Rome"}}, "required": ["city"]}
    tool = tool_of(
        {
            "type": "object",
            "properties": {"place": PLACE, "guide": {"type": "string"}},
            "if": {"properties": {"place": rome}, "required": ["place"]},
            "then": {"required": ["guide"]},
        }
    )
    assert schema_violations(tool, {"place": {"city": "Oslo", "zip": "1"}}) == []
    (violation,) = schema_violations(tool, {"place": {"city": "Rome", "zip": "1"}})
    assert (violation.name, violation.argument) == (Name.MISSING, "guide")


def test_arguments_may_need_each_other() -> None:
    properties = {"street": {"type": "string"}, "city": {"type": "string"}, "zip": {"type": "string"}}
    tool = tool_of({"type": "object", "properties": properties, "dependentRequired": {"street": ["city", "zip"]}})
    assert schema_violations(tool, {"city": "Rome"}) == []
    (violation,) = schema_violations(tool, {"street": "Via Roma", "city": "Rome"})
    assert (violation.name, violation.argument) == (Name.MISSING, "zip")


def test_an_object_may_be_open_in_one_alternative() -> None:
    nullable = tool_of({"type": "object", "properties": {"x": {"anyOf": [PLACE, {"type": ["object", "null"]}]}}})
    assert schema_violations(nullable, {"x": {"anything": 2}}) == []
    tool = tool_of({"type": "object", "properties": {"x": {"anyOf": [PLACE, {"type": "object", "required": ["id"]}]}}})
    assert schema_violations(tool, {"x": {"id": 1, "anything": 2}}) == []
    assert [one.argument for one in schema_violations(tool, {"x": {"city": "Rome", "anything": 2}})] == ["x.anything"]


def test_a_recursive_schema_is_closed_at_every_level() -> None:
    node = {"type": "object", "properties": {"name": {"type": "string"}, "next": {"$ref": "#/$defs/Node"}}}
    tool = tool_of({"type": "object", "properties": {"node": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node}})
    assert schema_violations(tool, {"node": {"name": "a", "next": {"name": "b"}}}) == []
    (violation,) = schema_violations(tool, {"node": {"next": {"next": {"nam": "c"}}}})
    assert (violation.argument, violation.fix) == ("node.next.next.nam", "did you mean 'name'?")


def dialogue_of(*calls: Call, tools: tuple[Tool, ...] = (TOOL,)) -> Dialogue:
    return Dialogue((Turn(Role.USER, "Hi."), Turn(Role.ASSISTANT, calls=calls)), tools)


def test_a_message_names_turn_call_tool_argument_found_and_expected() -> None:
    broken = {"title": "Lunch", "guests": "3", "colour": "red", "day": "2025-02-30"}
    assert [str(problem) for problem in argument_problems(dialogue_of(Call("call_1", "create_event", broken)))] == [
        "turn 2, call_1: tool 'create_event', argument 'day': \"2025-02-30\"; expected: a date such as 2025-02-28",
        "turn 2, call_1: tool 'create_event', argument 'guests': \"3\"; expected: an integer; "
        "fix: write 3 without quotes",
        "turn 2, call_1: tool 'create_event', argument 'colour': \"red\"; expected: one of "
        + ", ".join(sorted(PROPERTIES))
        + "; did you mean 'color'?",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"guests": "3.5"}, '"3.5"; expected: an integer'),
        ({"price": "3.5"}, '"3.5"; expected: a number; fix: write 3.5 without quotes'),
        ({"guests": 3.0}, "3.0; expected: an integer; fix: write 3"),
        ({"public": "TRUE"}, '"TRUE"; expected: true or false; fix: write true without quotes'),
        ({"note": 1}, "1; expected: a string or null"),
        ({"color": "gren"}, '"gren"; expected: one of "red", "green", "dark blue"; did you mean \'green\'?'),
        ({"size": "tiny"}, '"tiny"; expected: "small" or "large"'),
        ({"guests": 10}, "10; expected: at most 9"),
        ({"code": "a"}, '"a"; expected: a match of the pattern "^[A-Z]{3}$"'),
        ({"point": [1, 2, 3]}, "[1, 2, 3]; expected: 2 items"),
        ({"title": "x" * 78}, f'"{"x" * 78}"; expected: at most 20 characters'),
        ({"title": "x" * 79}, f'"{"x" * 79}…; expected: at most 20 characters'),
    ],
)
def test_a_violation_says_what_was_found_what_was_expected_and_what_to_write(
    arguments: dict[str, Any], message: str
) -> None:
    assert [str(one) for one in schema_violations(TOOL, {**VALID, **arguments})] == [message]


@pytest.mark.parametrize("fixed", [lambda kind: {"const": kind}, lambda kind: {"enum": [kind]}])
def test_the_alternative_with_the_same_fixed_value_fits_best(fixed: Callable[[str], dict[str, Any]]) -> None:
    one_of = [
        {"type": "object", "properties": {"kind": fixed(kind), size: {"type": "number"}}}
        for kind, size in (("circle", "radius"), ("square", "side"))
    ]
    tool = tool_of({"type": "object", "properties": {"shape": {"oneOf": one_of}}})
    (violation,) = schema_violations(tool, {"shape": {"kind": "square", "side": "1"}})
    assert (violation.name, violation.argument) == (Name.NUMBER_AS_STRING, "shape.side")


def test_an_unknown_tool_is_named() -> None:
    problems = argument_problems(dialogue_of(Call("call_1", "create_events", {}), Call("call_2", "xyz", {})))
    assert [str(problem) for problem in problems] == [
        "turn 2, call_1: tool 'create_events': it is not offered; expected: one of create_event; "
        "did you mean 'create_event'?",
        "turn 2, call_2: tool 'xyz': it is not offered; expected: one of create_event",
    ]
    (problem,) = argument_problems(dialogue_of(Call("call_1", "f", {}), tools=()))
    assert "no tools are offered" in problem.detail


def test_what_is_accepted_in_place_of_a_call_is_checked_too() -> None:
    good = {"guests": ["", 4], "color": ["green"]}
    arguments = {"title": "Lunch", "guests": 3}
    other = Call("call_1", "create_event", {"title": "Dinner"})
    assert argument_problems(dialogue_of(Call("call_1", "create_event", arguments, good, (other,)))) == []
    bad = {"guests": ["5"], "title": [""], "colour": ["red"]}
    wrong = Call("call_1", "create_event", {"title": 1})
    problems = argument_problems(dialogue_of(Call("call_1", "create_event", arguments, bad, (wrong,))))
    assert [(problem.name, problem.argument, problem.among) for problem in problems] == [
        (Name.NUMBER_AS_STRING, "guests", "accepted value"),
        (Name.MISSING, "title", "accepted value"),
        (Name.UNDECLARED, "colour", "accepted value"),
        (Name.WRONG_TYPE, "title", "accepted call"),
    ]


def test_the_problems_of_every_call_are_reported() -> None:
    broken = Call("call_1", "create_event", {})
    assert len(argument_problems(dialogue_of(broken, broken, Call("call_3", "create_event", VALID)))) == 2


def test_a_nullable_date_may_be_null() -> None:
    tool = tool_of({"type": "object", "properties": {"day": {"type": "string", "format": "date", "nullable": True}}})
    assert schema_violations(tool, {"day": None}) == []


def test_a_schema_is_never_fetched() -> None:
    tool = Tool("f", "", {"type": "object", "properties": {"x": {"type": "string", "$comment": "https://example.com"}}})
    assert schema_violations(tool, {"x": "y"}) == []


def test_declared_arguments_of_every_dialect_are_checked() -> None:
    declared = {
        "a": {"type": "List[Tuple[int, float]]"},
        "b": {"type": "Dict[str, int], optional"},
        "c": {"type": "Optional[set]"},
    }
    tool = tool_of(declared)
    assert schema_violations(tool, {"a": [[1, 2.5]], "b": {"x": 1}, "c": None}) == []
    broken = schema_violations(tool, {"a": [[1, "2"]], "b": {"x": 1.0}, "c": [1, 1]})
    assert [(one.name, one.argument) for one in broken] == [
        (Name.NUMBER_AS_STRING, "a[0][1]"),
        (Name.FLOAT_FOR_INTEGER, "b.x"),
        (Name.REPEATED_ITEM, "c"),
    ]
    assert json.loads(json.dumps(tool.parameters)) == tool.parameters


def test_a_number_without_a_float_is_no_crash() -> None:
    tool = Tool("f", "", {"type": "object", "properties": {"price": PROPERTIES["price"]}})
    (found,) = schema_violations(tool, {"price": 10**400})
    assert (found.name, found.found) == (Name.OTHER, "a number too large to be checked, or values nested too deeply")


def test_of_public_calls_only_a_list_for_a_number_is_refused() -> None:
    rows = json.loads(public_data("llamafactory_toolcall/glaive_toolcall_en_demo.json").read_text(encoding="utf-8"))
    calls = [
        (row["tools"], json.loads(one["value"]))
        for row in rows
        for one in row["conversations"]
        if one["from"] == "function_call"
    ]
    assert len(calls) > 200
    problems = [
        str(problem)
        for tools, call in calls
        for problem in argument_problems(
            dialogue_of(Call("call_1", call["name"], call["arguments"]), tools=read_tools(tools).tools)
        )
    ]
    assert problems == [
        "turn 2, call_1: tool 'track_calories', argument 'calories_per_item': [150, 350, 800]; expected: a number"
    ]
