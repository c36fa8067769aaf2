from __future__ import annotations

from typing import Any

import pytest

from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError, PairedBy
from winnow.validators.tools.dialogue import Call, Role, Turn

ASKED = {"role": "user", "content": "weather in Paris and Rome?"}


def call(arguments: Any, **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "weather", "arguments": arguments}, **more}


def asks(*calls: Any) -> dict[str, Any]:
    return {"role": "assistant", "tool_calls": [*calls]}


def test_arguments_are_objects_or_text_and_results_need_no_id() -> None:
    found = read_dialogue(
        [
            ASKED,
            asks(call({"city": "Paris"}), call('{"city":"Rome"}'), {"name": "time", "arguments": {}}),
            {"role": "tool", "name": "time", "content": "noon"},
            {"role": "tool", "name": "weather", "content": "18"},
            {"role": "tool", "name": "weather", "content": "20"},
        ]
    )
    calls = (
        Call("call_1", "weather", {"city": "Paris"}),
        Call("call_2", "weather", {"city": "Rome"}),
        Call("call_3", "time", {}),
    )
    assert found.turns[1:] == (
        Turn(Role.ASSISTANT, calls=calls),
        Turn(Role.TOOL, "noon", call_id="call_3"),
        Turn(Role.TOOL, "18", call_id="call_1"),
        Turn(Role.TOOL, "20", call_id="call_2"),
    )
    assert found.paired_by == PairedBy.ORDER
    assert found.raw_calls == ('{"city": "Paris"}', '{"city":"Rome"}', "{}")


def test_results_with_an_id_answer_that_call() -> None:
    result = {"role": "tool", "tool_call_id": "y", "content": "20"}
    found = read_dialogue([ASKED, asks(call({}, id="x"), call({}, id="y")), result])
    assert (found.turns[-1].call_id, found.paired_by) == ("call_2", PairedBy.ID)


def test_keys_that_a_table_padded_with_null_are_none() -> None:
    padded: dict[str, Any] = {"name": None, "tool_calls": None, "tool_call_id": None, "content": None}
    found = read_dialogue([{**padded, **ASKED}, {**padded, **asks({**call({}), "id": None})}])
    assert found.turns[1].calls == (Call("call_1", "weather", {}),)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (call(["Paris"]), r"message 2: tool_calls.1., 'weather': the arguments are .*Paris.*, expected an object"),
        (call({"x": float("nan")}), r"hold a value that JSON cannot"),
        (call('{"city": "Paris", "city": "Rome"}'), r"key 'city' occurs twice"),
        (call({}, index=1), r"message 2: tool_calls.1.: unknown key 'index'"),
        (call({}, id=7), r"id 7 and type 'function'"),
        ({"function": {"arguments": {}}}, r"it names no tool"),
        ({"function": {"name": "f"}}, r"'f' has no arguments"),
        ({"function": {"name": "f", "arguments": {}, "strict": True}}, r"unknown key 'strict'"),
        ("f", r"tool_calls.1.: no object"),
    ],
)
def test_a_call_in_another_form_is_named(given: Any, problem: str) -> None:
    with pytest.raises(DialogueError, match=problem):
        read_dialogue([ASKED, asks(call({}), given)])
