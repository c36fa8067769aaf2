"""Dialogues with foreign tools, with those of the task."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.tool_mappings import FOREIGN, MAPPING, OWN_TOOLS, foreign_dialogue
from winnow.config.tool_mapping import ToolMapping
from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialogue import Dialogue
from winnow.validators.tools.map_tools import ToolMapper, map_tools, mapped_label
from winnow.validators.tools.schemas.read_tools import read_tools

MAPPER = ToolMapper(ToolMapping.model_validate(MAPPING), OWN_TOOLS)

RESERVE = ("reserve_restaurant", {"guests": 2, "terrace": True, "trace_id": "a"})


def mapped(row: dict[str, object], mapper: ToolMapper = MAPPER) -> Dialogue | Drop:
    return map_tools(read_dialogue(row["messages"]).turns, read_tools(row["tools"]), mapper)


def test_calls_and_offered_tools_are_those_of_the_task() -> None:
    found = mapped(foreign_dialogue("A table for two outside", RESERVE))
    assert isinstance(found, Dialogue)
    assert [(call.name, call.arguments) for _, call in found.calls()] == [
        ("book_table", {"people": 2, "area": "outside", "currency": "EUR"})
    ]
    assert found.tools == (OWN_TOOLS["book_table"], OWN_TOOLS["find_film"])  # get_news is not offered


def test_a_called_tool_that_maps_to_none_drops_the_dialogue_by_name() -> None:
    found = mapped(foreign_dialogue("News?", ("get_news", {"topic": "x"}), RESERVE, ("get_news", {"topic": "y"})))
    assert found == Drop(DropReason.UNMAPPED_TOOL, "turns 2, 6: tool 'get_news' maps to no tool of the task")


def test_an_accepted_call_of_such_a_tool_drops_it_too() -> None:
    row = foreign_dialogue("Table", RESERVE)
    turns = list(read_dialogue(row["messages"]).turns)
    call = turns[1].calls[0]
    other = replace(call, name="get_news", arguments={})
    turns[1] = replace(turns[1], calls=(replace(call, accepted_calls=(other,)),))
    found = map_tools(turns, read_tools(FOREIGN), MAPPER)
    assert isinstance(found, Drop)
    assert found.detail == "turn 2: tool 'get_news' maps to no tool of the task"
    turns[1] = replace(turns[1], calls=(replace(call, accepted_calls=(replace(call, arguments={"guests": 3}),)),))
    again = map_tools(turns, read_tools(FOREIGN), MAPPER)
    assert isinstance(again, Dialogue)
    assert again.turns[1].calls[0].accepted_calls[0].arguments == {"people": 3, "currency": "EUR"}


def test_arguments_that_cannot_be_mapped_name_turn_and_call() -> None:
    found = mapped(foreign_dialogue("Table", ("reserve_restaurant", {"guests": 2, "currency": "USD"})))
    assert isinstance(found, Drop)
    assert found.reason == DropReason.INVALID_CALL
    assert found.detail.startswith("turn 2, call_1: tool 'reserve_restaurant': 'currency' is")


def test_a_tool_of_the_same_name_is_the_same_only_if_it_is_declared_so() -> None:
    film: dict[str, Any] = {"name": "find_film", "description": "x", "parameters": OWN_TOOLS["find_film"].parameters}
    row = foreign_dialogue("Film?", ("find_film", {"title": "Up"}))
    assert isinstance(mapped({**row, "tools": [film]}), Dialogue)
    other = {**film, "parameters": {"type": "object", "properties": {"title": {"type": "string"}}}}
    assert isinstance(mapped({**row, "tools": [other]}), Drop)
    ignoring = ToolMapper(ToolMapping.model_validate({**MAPPING, "ignore": ["find_film"]}), OWN_TOOLS)
    assert isinstance(mapped({**row, "tools": [film]}, ignoring), Drop)


def test_a_faulty_declaration_does_not_matter_where_the_task_declares_the_tool() -> None:
    faulty = {"name": "get_movie", "description": "", "parameters": {"movie": {"type": "Callable", "description": ""}}}
    found = mapped({**foreign_dialogue("Up?", ("get_movie", {"movie": "Up"})), "tools": [faulty]})
    assert isinstance(found, Dialogue)
    assert [tool.name for tool in found.tools] == ["find_film"]
    unreadable = mapped({**foreign_dialogue("Up?", ("get_movie", {"movie": "Up"})), "tools": "[{"})
    assert isinstance(unreadable, Drop)
    assert unreadable.reason == DropReason.MALFORMED_DIALOGUE


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("reserve_restaurant", "book_table"),
        ("get_movie+reserve_restaurant", "book_table+find_film"),
        ("direct", "direct"),
        ("get_news", "get_news"),
    ],
)
def test_the_label_has_the_names_of_the_task(label: str, expected: str) -> None:
    assert mapped_label(label, MAPPER.mapping) == expected
