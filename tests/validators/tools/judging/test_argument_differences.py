from __future__ import annotations

from typing import Any

import pytest

from winnow.core.answer_vocabulary import AnswerErrorType as E
from winnow.validators.tools.dialogue import OMITTED, Call, Tool
from winnow.validators.tools.judging.argument_differences import argument_differences, may_be_left_out

PART = {"$ref": "#/$defs/Part"}
TOOL = Tool(
    "f",
    "",
    {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "task_id": {"type": "string"},
            "color": {"type": "string", "enum": ["dark blue", "red"]},
            "unit": {"type": "string", "default": "km"},
            "kind": {"type": "string", "default": "a"},
            "part": PART,
            "parts": {"type": "array", "items": PART},
            "any": {},
        },
        "required": ["text", "kind"],
        "$defs": {"Part": {"type": "object", "properties": {"n": {"type": "number", "default": 1}, "part": PART}}},
    },
)


def differences(expected: dict[str, Any], given: dict[str, Any], **call: Any) -> list[tuple[E, str]]:
    ids = call.pop("ids", ())
    found = argument_differences(Call("call_1", "f", expected, **call), given, TOOL, ids)
    return [(one.name, one.path) for one in found]


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        (1, 1.0),
        (2.5, 2.5),
        ("a b", "A-B"),
        (None, None),
        (True, True),
        ([1, "a"], [1.0, "A"]),
        ({"x": [{"y": "Z"}]}, {"x": [{"y": "z."}]}),
        ([], []),
        ({}, {}),
    ],
)
def test_equal_values(expected: Any, given: Any) -> None:
    assert differences({"any": expected}, {"any": given}) == []


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        (1, True),
        (True, 1),
        (0, False),
        (False, 0),
        (1, "1"),
        ("1", 1),
        (1, 1.5),
        (None, "null"),
        ("", None),
        (None, False),
        ([1], 1),
        (1, [1]),
        ([1], [1, 1]),
        ([], {}),
        ({}, []),
        ("a", ["a"]),
    ],
)
def test_other_values(expected: Any, given: Any) -> None:
    assert differences({"any": expected}, {"any": given}) == [(E.WRONG_VALUE, "any")]


def test_places_inside_objects_and_lists_are_named() -> None:
    expected = {"parts": [{"n": 2}, {"n": 3, "part": {"n": 4}}]}
    given = {"parts": [{}, {"n": 5, "part": {"n": 4, "x": 0}}]}
    assert differences(expected, given) == [
        (E.MISSING_ARGUMENT, "parts[0].n"),
        (E.WRONG_VALUE, "parts[1].n"),
        (E.INVENTED_ARGUMENT, "parts[1].part.x"),
    ]


def test_a_default_counts_as_left_out_unless_the_argument_is_required() -> None:
    assert differences({"unit": "km"}, {}) == []
    assert differences({}, {"unit": "KM"}) == []
    assert differences({"unit": "mi"}, {}) == [(E.MISSING_ARGUMENT, "unit")]
    assert differences({}, {"unit": "mi"}) == [(E.INVENTED_ARGUMENT, "unit")]
    assert differences({"kind": "a"}, {}) == [(E.MISSING_ARGUMENT, "kind")]
    assert differences({"part": {"n": 1}}, {"part": {}}) == []
    assert differences({"part": {}}, {"part": {"part": {"n": 1.0}, "n": 1}}) == [(E.INVENTED_ARGUMENT, "part.part")]


def test_accepted_values_and_what_may_be_left_out() -> None:
    accepted = {"text": ["b", "c"], "unit": ["mi", OMITTED], "any": ["x"]}
    for given in ({"text": "a"}, {"text": "B", "unit": "mi"}, {"text": "c", "unit": "", "any": "X"}):
        assert differences({"text": "a", "unit": "m"}, given, accepted=accepted) == []
    assert differences({"text": "a", "unit": "m"}, {"text": "d", "any": "y"}, accepted=accepted) == [
        (E.WRONG_VALUE, "text"),
        (E.WRONG_VALUE, "any"),
    ]
    only_left_out = {"any": [OMITTED]}
    assert differences({}, {"any": "y"}, accepted=only_left_out) == [(E.INVENTED_ARGUMENT, "any")]
    assert differences({"text": "a"}, {"text": ""}, accepted={"text": ["b"]}) == [(E.WRONG_VALUE, "text")]


def test_the_nearest_of_several_accepted_objects_is_compared() -> None:
    accepted = {"any": [{"x": 1, "y": 2}]}
    assert differences({"any": {"v": 1, "w": 2}}, {"any": {"x": 1, "y": 3}}, accepted=accepted) == [
        (E.WRONG_VALUE, "any.y")
    ]


def test_identifiers_and_listed_values_are_exact() -> None:
    assert differences({"task_id": "task_1a"}, {"task_id": "TASK_1A"}) == [(E.WRONG_VALUE, "task_id")]
    assert differences({"task_id": "dentist"}, {"task_id": "Dentist"}) == []
    assert differences({"task_id": "dentist"}, {"task_id": "Dentist"}, ids={"dentist"}) == [(E.WRONG_VALUE, "task_id")]
    assert differences({"color": "dark blue"}, {"color": "Dark Blue"}) == [(E.WRONG_VALUE, "color")]


def test_arguments_that_may_be_left_out() -> None:
    call = Call("call_1", "f", {"text": "a", "unit": "km", "kind": "a", "any": 1}, {"any": [2, OMITTED]})
    assert [name for name in call.arguments if may_be_left_out(call, name, TOOL)] == ["unit", "any"]
    assert not may_be_left_out(call, "unit", None)


def test_a_default_among_the_accepted_values_may_be_left_out() -> None:
    accepted = {"unit": ["mi", "km"]}
    assert differences({"unit": "m"}, {}, accepted=accepted) == []
    call = Call("call_1", "f", {"unit": "m"}, accepted)
    assert may_be_left_out(call, "unit", TOOL)
    assert differences({"unit": "m"}, {"unit": "km"}, accepted={"unit": [OMITTED]}) == []
    assert differences({}, {"unit": "km"}, accepted={"unit": ["mi"]}) == []
    assert differences({"unit": "m"}, {"unit": "km"}, accepted={"unit": ["mi"]}) == [(E.WRONG_VALUE, "unit")]
    (missing,) = argument_differences(Call("call_1", "f", {"text": "a"}, {"text": ["b"]}), {}, TOOL)
    assert missing.detail == 'left out, expected "a"'


def test_every_accepted_value_is_named() -> None:
    (wrong,) = argument_differences(Call("call_1", "f", {"text": "a"}, {"text": ["b", OMITTED]}), {"text": "c"}, TOOL)
    assert wrong.detail == 'found "c", expected "a" or "b"'
