from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.validators.tools.schemas.check_arguments import StrictValidator
from winnow.validators.tools.schemas.formats import FORMATS, FORMATS_CHECKED
from winnow.validators.tools.schemas.plain_check import is_plainly_valid

TEXTS = st.sampled_from(
    ["", "a", "red", "2026-03-05", "2026-02-30", "08:30", "25:00", "2026-03-05T08:30", "ann@example.com", "3"]
)
STRINGS = st.fixed_dictionaries(
    {"type": st.just("string")},
    optional={
        "enum": st.lists(TEXTS, min_size=1, max_size=3),
        "format": st.sampled_from([*FORMATS, "uri"]),
        "pattern": st.sampled_from(["^[a-z]+$", "\\d"]),
        "minLength": st.integers(0, 3),
    },
)
NUMBERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={
        "minimum": st.integers(-2, 2),
        "maximum": st.integers(-2, 2),
        "enum": st.just([1, 2]),
        "multipleOf": st.just(2),
    },
)
OTHERS = st.sampled_from(
    [{"type": "boolean"}, {"type": "null"}, {}, {"type": ["string", "null"]}, {"const": 1}, True, False]
)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    objects = st.fixed_dictionaries(
        {"type": st.just("object"), "additionalProperties": st.sampled_from([False, True])},
        optional={
            "properties": st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
            "required": st.lists(st.sampled_from("abc"), unique=True, max_size=2),
            "minProperties": st.just(1),
        },
    )
    arrays = st.fixed_dictionaries({"type": st.just("array")}, optional={"items": inner, "maxItems": st.just(1)})
    return objects | arrays


SCHEMAS = st.recursive(STRINGS | NUMBERS | OTHERS, nested, max_leaves=6)
VALUES = st.recursive(
    TEXTS | st.integers(-3, 3) | st.sampled_from([None, True, False, 1.0, 1.5]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(SCHEMAS, VALUES)
def test_what_is_plainly_valid_is_valid(schema: Any, value: Any) -> None:
    if is_plainly_valid(schema, value):
        assert StrictValidator(schema, format_checker=FORMATS_CHECKED).is_valid(value)


PLAIN = {
    "type": "object",
    "description": "An order.",
    "properties": {
        "day": {"type": "string", "format": "date"},
        "size": {"type": "string", "enum": ["small", "large"], "default": "small"},
        "code": {"type": "string", "pattern": "^[A-Z]+$"},
        "link": {"type": "string", "format": "uri"},
        "people": {"type": "integer", "minimum": 1, "maximum": 8},
        "price": {"type": "number"},
        "paid": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "any": {"type": "array"},
    },
    "required": ["day"],
    "additionalProperties": False,
}
VALID = {
    **{"day": "2026-03-05", "size": "large", "code": "AB", "link": "x"},
    **{"people": 8, "price": 1, "paid": True, "tags": ["a"], "any": [1, "a"]},
}


def test_ordinary_arguments_are_plainly_valid() -> None:
    assert is_plainly_valid(PLAIN, VALID)
    assert is_plainly_valid(PLAIN, {"day": "2026-03-05", "people": 1, "price": 1.5})
    described = {"type": "boolean", "title": "Paid", "description": "x", "default": True, "examples": [True]}
    assert is_plainly_valid(described, False)


@pytest.mark.parametrize(
    "broken",
    [
        {"day": "2026-02-30"},
        {"size": "medium"},
        {"code": "a"},
        {"people": 0},
        {"people": 9},
        {"people": 1.0},
        {"people": True},
        {"price": "1"},
        {"paid": 1},
        {"tags": [1]},
        {"tags": "a"},
        {"more": 1},
    ],
)
def test_what_breaks_a_plain_keyword_is_left_to_the_full_check(broken: dict[str, Any]) -> None:
    assert not is_plainly_valid(PLAIN, {**VALID, **broken})
    assert not is_plainly_valid(PLAIN, {key: value for key, value in VALID.items() if key != "day"})


@pytest.mark.parametrize(
    "schema", [True, {}, {"type": ["string"]}, {"type": "string", "minLength": 0}, {"type": "null"}, {"type": "object"}]
)
def test_other_schemas_are_left_to_the_full_check(schema: Any) -> None:
    assert not is_plainly_valid(schema, {} if schema == {"type": "object"} else "text")
