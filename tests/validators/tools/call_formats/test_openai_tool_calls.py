from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from winnow.validators.tools.call_formats import Answer, FormatError, FormatFault
from winnow.validators.tools.call_formats.openai_tool_calls import parse, read_calls, render
from winnow.validators.tools.dialogue import Call

ROME = {"id": "call_a1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Rome"}'}}
OSLO = {"id": "call_b2", "type": "function", "function": {"name": "get_weather", "arguments": '{ "city": "Oslo" }'}}
MESSAGE = {"role": "assistant", "content": None, "tool_calls": [ROME, OSLO]}
CALLS = (Call("call_a1", "get_weather", {"city": "Rome"}), Call("call_b2", "get_weather", {"city": "Oslo"}))
LEGACY = {"role": "assistant", "content": "Looking.", "function_call": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (MESSAGE, Answer("", CALLS)),
        ({**MESSAGE, "content": "Looking."}, Answer("Looking.", CALLS)),
        (LEGACY, Answer("Looking.", (Call("call_1", "f", {}),))),
        ({"role": "assistant", "content": "Hello."}, Answer("Hello.")),
        ({"role": "assistant", "content": "Hello.", "tool_calls": None, "function_call": None}, Answer("Hello.")),
        ({"role": "assistant", "content": "Hello.", "tool_calls": []}, Answer("Hello.")),
        ({"role": "assistant", "content": "Hi.", "refusal": None, "annotations": [], "audio": None}, Answer("Hi.")),
    ],
)
def test_messages_are_read(message: dict[str, Any], answer: Answer) -> None:
    assert parse(message) == answer
    assert parse(render(parse(message))) == answer


def test_a_message_without_prose_has_an_empty_content() -> None:
    """A chat template prints null as None."""
    assert render(Answer("", CALLS))["content"] == ""
    assert "tool_calls" not in render(Answer("Hello."))


def test_only_the_calls_of_a_message_are_read_where_it_has_keys_of_its_source() -> None:
    message = {**MESSAGE, "provider_specific_fields": {}, "content": [{"type": "text", "text": "Looking."}]}
    assert read_calls(message) == CALLS
    with pytest.raises(FormatError, match=r"provider_specific_fields.*\ncontent: a list"):
        parse(message)


def call(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda message: message["tool_calls"][1].update(changes)


def function(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda message: message["tool_calls"][1]["function"].update(changes)


FAULTS: list[tuple[FormatFault, str, Callable[[dict[str, Any]], None]]] = [
    (FormatFault.INVALID_VALUE, "role", lambda message: message.update(role="user")),
    (FormatFault.INVALID_VALUE, "role", lambda message: message.pop("role")),
    (FormatFault.INVALID_VALUE, "content", lambda message: message.update(content=[{"type": "text", "text": "a"}])),
    (FormatFault.INVALID_VALUE, "content", lambda message: message.update(content=3)),
    (FormatFault.INVALID_VALUE, "refusal", lambda message: message.update(refusal="I cannot.")),
    (FormatFault.INVALID_VALUE, "tool_calls", lambda message: message.update(tool_calls=ROME)),
    (FormatFault.INVALID_VALUE, "tool_calls", lambda message: message.update(tool_calls="[]")),
    (FormatFault.INVALID_VALUE, "function_call", lambda message: message.update(function_call=ROME["function"])),
    (FormatFault.UNKNOWN_KEY, "tool_call", lambda message: message.update(tool_call=ROME)),
    (
        FormatFault.CALL_IN_PROSE,
        "content, line 2, column 1",
        lambda message: message.update(content='Now.\n{"name": "f", "arguments": {}}'),
    ),
    (FormatFault.NOT_AN_OBJECT, "tool_calls[1]", lambda message: message["tool_calls"].insert(1, "get_weather")),
    (FormatFault.NOT_AN_OBJECT, "tool_calls[1]", lambda message: message["tool_calls"].insert(1, None)),
    (FormatFault.UNKNOWN_KEY, "tool_calls[1].index", call(index=0)),
    (FormatFault.MISSING_KEY, "tool_calls[1]", lambda message: message["tool_calls"][1].pop("id")),
    (FormatFault.MISSING_KEY, "tool_calls[1]", lambda message: message["tool_calls"][1].pop("type")),
    (FormatFault.MISSING_KEY, "tool_calls[1]", lambda message: message["tool_calls"][1].pop("function")),
    (FormatFault.INVALID_ID, "tool_calls[1].id", call(id="")),
    (FormatFault.INVALID_ID, "tool_calls[1].id", call(id=None)),
    (FormatFault.INVALID_ID, "tool_calls[1].id", call(id=7)),
    (FormatFault.INVALID_ID, "tool_calls[1].id", call(id="call_a1")),
    (FormatFault.INVALID_VALUE, "tool_calls[1].type", call(type="custom")),
    (FormatFault.INVALID_VALUE, "tool_calls[1].type", call(type=None)),
    (FormatFault.NOT_AN_OBJECT, "tool_calls[1].function", call(function="get_weather")),
    (FormatFault.UNKNOWN_KEY, "tool_calls[1].function.strict", function(strict=True)),
    (FormatFault.MISSING_KEY, "tool_calls[1].function", call(function={"arguments": "{}"})),
    (FormatFault.MISSING_KEY, "tool_calls[1].function", call(function={"name": "f"})),
    (FormatFault.INVALID_NAME, "tool_calls[1].function.name", function(name="")),
    (FormatFault.INVALID_NAME, "tool_calls[1].function.name", function(name=None)),
    (FormatFault.INVALID_ARGUMENTS, "tool_calls[1].function.arguments", function(arguments={"city": "Oslo"})),
    (FormatFault.INVALID_ARGUMENTS, "tool_calls[1].function.arguments", function(arguments=None)),
    (FormatFault.INVALID_ARGUMENTS, "tool_calls[1].function.arguments", function(arguments="[]")),
    (FormatFault.INVALID_ARGUMENTS, "tool_calls[1].function.arguments", function(arguments='"{}"')),
    (FormatFault.NOT_JSON, "tool_calls[1].function.arguments, line 1, column 1", function(arguments="")),
    (FormatFault.NOT_JSON, "tool_calls[1].function.arguments, line 1, column 2", function(arguments="{'a': 1}")),
    (FormatFault.NOT_JSON, "tool_calls[1].function.arguments, line 1, column 4", function(arguments="{} {}")),
    (FormatFault.NOT_JSON, "tool_calls[1].function.arguments, line 1, column 1", function(arguments='{"a": NaN}')),
    (FormatFault.NOT_JSON, "tool_calls[1].function.arguments, line 1, column 1", function(arguments='{"a":1,"a":1}')),
    (FormatFault.NOT_JSON, "tool_calls[1].function.arguments, line 2, column 8", function(arguments='{\n"a": 1,}')),
]


@pytest.mark.parametrize(("name", "place", "change"), FAULTS)
def test_a_broken_message_is_refused_with_the_key(
    name: FormatFault, place: str, change: Callable[[dict[str, Any]], None]
) -> None:
    message = deepcopy(MESSAGE)
    change(message)
    with pytest.raises(FormatError) as caught:
        parse(message)
    assert [(problem.name, problem.place) for problem in caught.value.problems] == [(name, place)]


def test_all_problems_of_a_message_are_reported() -> None:
    message = deepcopy(MESSAGE)
    message["tool_calls"][0]["function"] = {"name": "", "arguments": "[1"}
    message["tool_calls"][1]["id"] = None
    message["extra"] = 1
    with pytest.raises(FormatError) as caught:
        parse(message)
    assert [problem.name for problem in caught.value.problems] == [
        FormatFault.UNKNOWN_KEY,
        FormatFault.INVALID_NAME,
        FormatFault.NOT_JSON,
        FormatFault.INVALID_ID,
    ]


def test_a_role_is_named_or_missing() -> None:
    for message, found in (({"content": "Hi."}, "missing"), ({"role": "user", "content": "Hi."}, "'user'")):
        with pytest.raises(FormatError, match=f"role: {found}; expected: 'assistant'"):
            parse(message)


@pytest.mark.parametrize("arguments", ["{}", '{"a": [1, {"b": null}], "c": "\\u00fc"}'])
def test_the_legacy_call_is_checked_like_the_others(arguments: str) -> None:
    assert read_calls({"function_call": {"name": "f", "arguments": arguments}})[0].id == "call_1"
    with pytest.raises(FormatError, match=r"function_call.arguments, line 1, column \d+: not JSON"):
        read_calls({"function_call": {"name": "f", "arguments": arguments + "}"}})
