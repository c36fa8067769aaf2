"""Gaps in the use of arguments: which there are, and which dialogues close them."""

from __future__ import annotations

from typing import Any

from winnow.validators.tools.argument_gaps import FEW_CALLS, GapKind, argument_gaps, closed_gaps, possible_gaps
from winnow.validators.tools.argument_use import argument_uses
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

SEARCH = Tool(
    "search",
    "",
    {
        "type": "object",
        "properties": {
            "query": {"type": "string"},
            "sort": {"enum": ["new", "old"]},
            "exact": {"type": "boolean"},
            "filter": {"type": "object", "properties": {"year": {"type": "integer"}}},
        },
        "required": ["query"],
    },
)


def keys(*calls: dict[str, Any]) -> list[str]:
    return [gap.key for gap in argument_gaps(argument_uses(SEARCH, calls))]


def answered(*, train: bool = True, **arguments: Any) -> Dialogue:
    turns = (Turn(Role.USER, "Hi."), Turn(Role.ASSISTANT, "", (Call("call_1", "search", arguments),), train=train))
    return Dialogue(turns, (SEARCH,))


def test_optional_arguments_and_values_that_no_call_gives_are_gaps() -> None:
    assert keys({"query": "a", "sort": "new"}, {"query": "b", "exact": True, "filter": {}}) == [
        "search.sort=old", "search.exact=false", "search.filter.year",
    ]  # fmt: skip
    assert keys({"query": "a"}) == ["search.sort", "search.exact", "search.filter"]


def test_an_argument_that_every_call_gives_is_a_gap_from_some_calls_on() -> None:
    call = {"query": "a", "sort": "new"}
    assert "no search.sort" in keys(*[call] * FEW_CALLS)
    assert "no search.sort" not in keys(*[call] * (FEW_CALLS - 1))
    assert "no search.query" not in keys(*[call] * FEW_CALLS)


def test_a_tool_that_is_never_called_has_no_gaps_but_plans_may_name_all_of_them() -> None:
    assert keys() == []
    named = {gap.key: gap.kind for gap in possible_gaps([SEARCH])}
    assert named["search.filter.year"] == GapKind.NEVER_GIVEN
    assert named["no search.exact"] == GapKind.ALWAYS_GIVEN
    assert named["search.exact=true"] == GapKind.UNUSED_VALUE
    assert "search.query" not in named


def test_a_dialogue_closes_the_gaps_that_its_trained_calls_close() -> None:
    tools = {"search": SEARCH}
    closed = closed_gaps(answered(query="a", sort="old", filter={"year": 1}), tools)
    assert {"search.sort", "search.sort=old", "search.filter.year", "no search.exact"} <= closed
    assert not closed & {"search.sort=new", "no search.sort", "search.exact"}
    assert closed <= {gap.key for gap in possible_gaps([SEARCH])} | {"search.query", "no search.query"}
    assert closed_gaps(answered(train=False, query="a", sort="old"), tools) == set()
