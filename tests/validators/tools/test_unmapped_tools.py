"""The tools of a file that a mapping leaves out, and the mapping that is proposed for them."""

from __future__ import annotations

from tests.support.tool_mappings import OWN_TOOLS, foreign_dialogue
from winnow.config.tool_mapping import ToolMapping, parse_tool_mapping
from winnow.validators.tools.mapping_faults import mapping_faults
from winnow.validators.tools.unmapped_tools import unmapped_tools
from winnow.validators.unmapped_names import UnmappedTool

OWN = list(OWN_TOOLS.values())

FILM = {
    "name": "find_films",
    "description": "",
    "parameters": {"type": "object", "properties": {"titles": {"type": "string"}, "page": {"type": "integer"}}},
}
TABLE = {"name": "book_tables", "description": "", "parameters": {"type": "object", "properties": {"x": {}}}}
NEWS = {"name": "latest", "description": "", "parameters": {"type": "object", "properties": {}}}

ROWS = [
    {**foreign_dialogue("Up?", ("find_films", {"titles": "Up"})), "tools": [FILM, TABLE, NEWS]},
    {**foreign_dialogue("Table?", ("book_tables", {"x": 1}), ("book_tables", {"x": 2})), "tools": [FILM, TABLE, NEWS]},
    {**foreign_dialogue("News?", ("headlines", {})), "tools": [NEWS]},
    {"messages": "no dialogue", "tools": [FILM]},
]

NOTHING = ToolMapping(tools={})


def test_tools_are_counted_by_the_dialogues_that_call_and_offer_them() -> None:
    found = unmapped_tools(ROWS, NOTHING, OWN)
    assert found.tools == (
        UnmappedTool("book_tables", 1, 2),
        UnmappedTool("find_films", 1, 2),
        UnmappedTool("headlines", 1, 0),
        UnmappedTool("latest", 0, 3),
    )


def test_the_proposed_mapping_is_one_and_leaves_only_tools_without_a_similar_name() -> None:
    text = unmapped_tools(ROWS, NOTHING, OWN).skeleton
    proposed = parse_tool_mapping(text, "m.yaml", lambda one: mapping_faults(one, OWN))
    assert {name: one.tool for name, one in proposed.tools.items()} == {
        "book_tables": "book_table",
        "find_films": "find_film",
    }
    assert proposed.tools["find_films"].arguments == {"titles": "title"}
    assert proposed.ignore == ("latest",)
    assert '# set: {"people": VALUE}  # book_table requires it' in text
    assert '# "page" is not an argument of find_film' in text
    left = unmapped_tools(ROWS, proposed, OWN)
    assert [one.name for one in left.tools] == ["headlines"]
    assert parse_tool_mapping(left.skeleton, "m.yaml", lambda one: mapping_faults(one, OWN)) == NOTHING


def test_nothing_is_proposed_where_nothing_is_left() -> None:
    assert unmapped_tools(ROWS[3:], NOTHING, OWN).skeleton == ""
