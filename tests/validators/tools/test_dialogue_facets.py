"""Every facet of a dialogue, with dialogues that have each of its values."""

from __future__ import annotations

import json

import pytest

from winnow.core.facet_values import DIALOGUE_FACETS
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.dialogue_facets import dialogue_facets


def tool(name: str, *required: str, **properties: object) -> Tool:
    return Tool(name, "", {"type": "object", "properties": properties, "required": list(required)})


TEXT = {"type": "string"}
FIND = tool("find", query=TEXT)
MOVE = tool("move", "order_id", order_id=TEXT, day={"type": "string"}, state={"enum": ["open", "done"]})
PING = tool("ping", "host", host=TEXT)
TASK_TOOLS = (FIND, MOVE, PING)


def user(text: str) -> Turn:
    return Turn(Role.USER, text)


def call(name: str, **arguments: str | int) -> Turn:
    return Turn(Role.ASSISTANT, "Done.", (Call("call_1", name, arguments),))


def result(**values: object) -> Turn:
    return Turn(Role.TOOL, json.dumps(values), call_id="call_1")


SAID = Turn(Role.ASSISTANT, "Anything else?")


def facet(name: str, *turns: Turn, label: str = "find", tools: tuple[Tool, ...] = TASK_TOOLS) -> str | None:
    found = dialogue_facets(Dialogue(turns, tools), label, TASK_TOOLS)
    assert all(value in DIALOGUE_FACETS[key] for key, value in found.items())
    return found.get(name)


def test_turns_of_the_user_are_counted() -> None:
    asked = [user("find it"), SAID]
    assert [facet("turns", *asked * count) for count in (1, 2, 3, 4)] == [
        "one",
        "two",
        "three_or_more",
        "three_or_more",
    ]


def test_several_tools_are_different_ones() -> None:
    again = (user("x"), call("find"), result(), call("find"))
    assert facet("several_tools", *again) == "no"
    assert facet("several_tools", *again, result(), call("ping", host="a")) == "yes"


def test_optional_arguments_are_those_that_a_call_may_leave_out() -> None:
    assert facet("optional_arguments", user("x"), call("find", query="x")) == "present"
    assert facet("optional_arguments", user("x"), call("move", order_id="x")) == "absent"
    assert facet("optional_arguments", user("x"), call("ping", host="x")) == "none"
    assert facet("optional_arguments", user("x"), SAID) == "none"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("move it to Friday", "yes"),
        ("due on the 27th", "yes"),
        ("at 3 pm", "yes"),
        ("from 17:45 on", "yes"),
        ("by April 10", "yes"),
        ("some time in October", "yes"),
        ("remind me in two weeks", "yes"),
        ("2026-03-02", "yes"),
        ("task_447 may go", "no"),
        ("ask HR about carry-over days", "no"),
        ("I can march to room 12", "no"),
    ],
)
def test_a_time_is_named(text: str, value: str) -> None:
    assert facet("time_reference", user(text), SAID) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the third one is done", "yes"),
        ("Cancel the 2nd task", "yes"),
        ("open number two", "yes"),
        ("I'll take the last, please", "yes"),
        ("delete the first of those", "yes"),
        ("not the 18th.", "no"),
        ("the second time this week", "no"),
        ("the first of March", "no"),
        ("last week", "no"),
    ],
)
def test_an_ordinal_names_something_in_a_list(text: str, value: str) -> None:
    assert facet("ordinal_reference", user(text), SAID) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        (["book it at 3", "actually an hour earlier"], "yes"),
        (["book it at 3", "No, not this Friday"], "yes"),
        (["book it at 3, no, make it 4"], "yes"),
        (["book it for Ann. I meant Anna."], "yes"),
        (["book it at 3", "use the green room instead"], "yes"),
        (["is it actually raining?"], "no"),
        (["The parcel can wait, put it off"], "no"),
        (["book it at 3", "no thanks, that's all"], "no"),
    ],
)
def test_the_user_corrects_what_was_said(said: list[str], value: str) -> None:
    assert facet("correction", *(turn for text in said for turn in (user(text), SAID))) == value


@pytest.mark.parametrize(
    ("said", "returned", "used", "value"),
    [
        ("find my order", {"order": {"id": "A-17"}}, {"order_id": "A-17"}, "yes"),
        ("find my order", {"id": 4711}, {"order_id": 4711}, "yes"),
        ("move order a-17", {"id": "A-17"}, {"order_id": "A-17"}, "no"),
        ("find my order", {"id": "A-17"}, {"order_id": "B-99"}, "no"),
        ("find it", {"id": "A-17", "day": "2026-03-02"}, {"order_id": "B-99", "day": "2026-03-02"}, "no"),
        ("find it", {"id": "A-17", "state": "open"}, {"order_id": "B-99", "state": "open"}, "no"),
    ],
)
def test_an_id_is_threaded_from_an_earlier_result(
    said: str, returned: dict[str, object], used: dict[str, str | int], value: str
) -> None:
    turns = (user(said), call("find"), result(**returned), call("move", **used))
    assert facet("threads_id", *turns) == value


def test_an_id_that_an_earlier_call_gave_is_not_threaded() -> None:
    turns = (user("the usual host"), call("ping", host="db-1"), result(host="db-1"), call("ping", host="db-1"))
    assert facet("threads_id", *turns) == "no"


def test_the_kind_of_answer_without_a_call_is_its_label() -> None:
    assert [facet("no_call_kind", user("x"), SAID, label=label) for label in Behavior] == list(Behavior)
    assert facet("no_call_kind", user("x"), call("find")) is None


def test_the_offered_tools_are_compared_with_those_of_the_task() -> None:
    other = tool("find", "query", query=TEXT)
    offered = (TASK_TOOLS, (FIND,), (FIND, tool("new")), (other, MOVE, PING), ())
    values = [facet("tool_set", user("x"), SAID, tools=tools) for tools in offered]
    assert values == ["all", "subset", "other", "other", "none"]


def test_difficulty_counts_what_makes_a_dialogue_hard() -> None:
    assert facet("difficulty", user("find it"), call("find")) == "easy"
    assert facet("difficulty", user("find it"), SAID, label="ask") == "medium"
    assert facet("difficulty", user("find it"), SAID, user("more"), call("find")) == "medium"
    assert facet("difficulty", user("find it"), SAID, user("the third one"), call("find")) == "hard"
