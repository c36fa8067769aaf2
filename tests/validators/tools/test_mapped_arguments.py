"""Arguments of a foreign tool under the names and values of the task's tool."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.tool_mappings import MAPPING, OWN_TOOLS, mapping
from winnow.config.tool_mapping import MappedTool, ToolMapping
from winnow.validators.tools.dialogue import Call
from winnow.validators.tools.mapped_arguments import UnmappedArgumentsError, mapped_arguments, mapped_call

TABLE = OWN_TOOLS["book_table"]


def one(**changes: Any) -> MappedTool:
    return mapping(**changes).tools["reserve_restaurant"]


RESERVE = ToolMapping.model_validate(MAPPING).tools["reserve_restaurant"]


@pytest.mark.parametrize(
    ("changes", "given", "expected"),
    [
        ({}, {"people": 2, "other": [1]}, {"people": 2, "other": [1]}),  # what is not named stays as it is
        ({"arguments": {"guests": "people"}}, {"guests": 2}, {"people": 2}),
        ({"arguments": {"a": "b", "b": "a"}}, {"a": 1, "b": 2}, {"b": 1, "a": 2}),
        ({"arguments": {"filter.guests": "people"}}, {"filter": {"guests": 2}}, {"people": 2}),
        ({"arguments": {"filter.n": "people"}}, {"filter": {"n": 2, "m": 3}}, {"people": 2, "filter": {"m": 3}}),
        ({"arguments": {"day": "when.day"}}, {"day": "May 3"}, {"when": {"day": "May 3"}}),
        ({"arguments": {"x": "when.day", "y": "when.time"}}, {"x": "a", "y": "b"}, {"when": {"day": "a", "time": "b"}}),
        ({"arguments": {"a.b": "people"}}, {"a.b": 2}, {"people": 2}),  # an argument may have a dot in its name
        ({"arguments": {"a.b": "people"}}, {"a": 2}, {"a": 2}),
        ({"drop": ["page", "filter.n"]}, {"page": 1, "filter": {"n": 2}, "people": 1}, {"people": 1}),
        ({"arguments": {"filter.n": "people"}, "drop": ["filter"]}, {"filter": {"n": 2, "m": 3}}, {"people": 2}),
        ({"values": {"area": {"patio": "outside"}}}, {"area": "patio"}, {"area": "outside"}),
        ({"values": {"area": {"patio": "outside"}}}, {"area": "roof"}, {"area": "roof"}),
        ({"values": {"area": {"patio": "outside"}}}, {"area": ["patio", "x"]}, {"area": ["outside", "x"]}),
        ({"values": {"area": {"1": "outside"}}}, {"area": 1}, {"area": "outside"}),
        ({"values": {"area": {"true": "outside"}}}, {"area": True}, {"area": "outside"}),
        ({"values": {"when.day": {"tmrw": "tomorrow"}}}, {"when": {"day": "tmrw"}}, {"when": {"day": "tomorrow"}}),
        ({"set": {"currency": "EUR"}}, {"people": 2}, {"people": 2, "currency": "EUR"}),
        ({"set": {"currency": "EUR"}}, {"currency": "EUR"}, {"currency": "EUR"}),
    ],
)
def test_names_values_and_constants_of_the_task(
    changes: dict[str, Any], given: dict[str, Any], expected: dict[str, Any]
) -> None:
    before = str(given)
    assert mapped_arguments(given, one(**changes), TABLE) == expected
    assert str(given) == before


@pytest.mark.parametrize(
    ("changes", "given", "problem"),
    [
        ({"arguments": {"guests": "people"}}, {"guests": 2, "people": 3}, "'guests' and another argument both give"),
        (
            {"arguments": {"a": "people", "b": "people"}},
            {"a": 2, "b": 2},
            "'b' and another argument both give 'people'",
        ),
        ({"arguments": {"day": "when.day"}}, {"day": "x", "when": "y"}, "'day' and another argument both give"),
        (
            {"set": {"currency": "EUR"}},
            {"currency": "USD"},
            """'currency' is "USD", and the mapping sets it to "EUR\"""",
        ),
    ],
)
def test_what_would_be_a_guess_is_refused(changes: dict[str, Any], given: dict[str, Any], problem: str) -> None:
    with pytest.raises(UnmappedArgumentsError) as caught:
        mapped_arguments(given, one(**changes), TABLE)
    assert problem in str(caught.value)


def test_accepted_values_are_mapped_with_their_argument() -> None:
    accepted = {"terrace": [True, ""], "guests": [3], "trace_id": ["x"]}
    call = Call("call_1", "reserve_restaurant", {"guests": 2, "terrace": False, "trace_id": "y"}, accepted)
    found = mapped_call(call, RESERVE, TABLE)
    assert found.name == "book_table"
    assert found.arguments == {"people": 2, "area": "inside", "currency": "EUR"}
    assert found.accepted == {"area": ["outside", ""], "people": [3]}


@pytest.mark.parametrize("changes", [{"arguments": {"filter.n": "people"}}, {"arguments": {"filter": "when.day"}}])
def test_accepted_values_of_which_a_part_moves_are_refused(changes: dict[str, Any]) -> None:
    call = Call("call_1", "reserve_restaurant", {"filter": {"n": 1}}, {"filter": [{"n": 2}]})
    with pytest.raises(UnmappedArgumentsError, match=r"accepted values of 'filter', of which the mapping moves a part"):
        mapped_call(call, one(**changes), TABLE)
