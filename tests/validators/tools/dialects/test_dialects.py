from __future__ import annotations

import json
from typing import Any

import pytest

from winnow.validators.tools.call_formats import CALL_FORMATS, format_problems
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError, PairedBy
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn, messages_json


def call(identity: str, name: str = "f", arguments: str = "{}") -> dict[str, Any]:
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}


def user(text: str = "hello") -> dict[str, Any]:
    return {"role": "user", "content": text}


def asks(*calls: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": list(calls), **more}


def result(identity: str, text: str = "ok") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": identity, "content": text}


def test_openai_chat_is_read_with_new_ids_and_the_text_of_every_call() -> None:
    found = read_dialogue(
        [
            {"role": "system", "content": "Be kind."},
            user("weather in Paris and Rome?"),
            asks(call("x9", "weather", '{"city":  "Paris"}'), call("x8", "weather", '{"city":"Rome"}')),
            result("x8", "20"),
            result("x9", "18"),
            {"role": "assistant", "content": [{"type": "text", "text": "18 and 20."}], "reasoning_content": "easy"},
        ]
    )
    calls = (Call("call_1", "weather", {"city": "Paris"}), Call("call_2", "weather", {"city": "Rome"}))
    assert found.turns == (
        Turn(Role.USER, "weather in Paris and Rome?"),
        Turn(Role.ASSISTANT, calls=calls),
        Turn(Role.TOOL, "20", call_id="call_2"),
        Turn(Role.TOOL, "18", call_id="call_1"),
        Turn(Role.ASSISTANT, "18 and 20.", reasoning="easy"),
    )
    assert (found.system, found.paired_by) == ("Be kind.", PairedBy.ID)
    assert found.raw_calls == ('{"city":  "Paris"}', '{"city":"Rome"}')


def test_results_without_an_id_answer_the_first_open_call_of_their_name() -> None:
    found = read_dialogue(
        [
            user(),
            {"role": "assistant", "content": "", "function_call": {"name": "f", "arguments": "{}"}},
            {"role": "function", "name": "f", "content": "one"},
        ]
    )
    assert found.turns[-1] == Turn(Role.TOOL, "one", call_id="call_1")
    assert found.paired_by == PairedBy.ORDER


@pytest.mark.parametrize(
    ("content", "more", "turn"),
    [
        ("<think>\nEasy.\n</think>\n\n18.", {}, Turn(Role.ASSISTANT, "18.", reasoning="Easy.")),
        ("<think></think>18.", {"reasoning": "Easy."}, Turn(Role.ASSISTANT, "<think></think>18.", reasoning="Easy.")),
        ("Write `<think>` first.", {}, Turn(Role.ASSISTANT, "Write `<think>` first.")),
    ],
)
def test_reasoning_may_stand_in_tags_before_the_answer(content: str, more: dict[str, Any], turn: Turn) -> None:
    found = read_dialogue([user(), {"role": "assistant", "content": content, **more}])
    assert found.turns[1] == turn


def test_a_turn_with_weight_zero_is_not_learned() -> None:
    found = read_dialogue([user(), asks(call("a"), weight=0), result("a"), {"role": "assistant", "content": "no"}])
    assert [turn.train for turn in found.turns] == [True, False, True, True]


def test_the_own_form_reads_back_what_it_wrote() -> None:
    accepted = Call("call_1", "f", {"a": 1}, {"a": [2, ""]}, (Call("call_1", "g", {}),))
    turns = (
        Turn(Role.USER, "go"),
        Turn(Role.ASSISTANT, calls=(accepted,), reasoning="why", train=False),
        Turn(Role.TOOL, "ok", call_id="call_1"),
        Turn(Role.ASSISTANT, "Done."),
    )
    text = messages_json(Dialogue(turns))
    assert read_dialogue(text).turns == turns
    named = text.replace("call_1", "z")
    assert read_dialogue(json.loads(named)).turns == turns


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ("[1", r"the messages are not JSON"),
        ([], r"not a list of objects"),
        ([{"speaker": "human", "text": "x"}], r"keys speaker, text; expected: .*OpenAI chat"),
        ([user(), asks(call("a", arguments='{"x": 1, "x": 2}'))], r"message 2: tool_calls.*arguments.*key 'x' occurs"),
        ([user(), asks(call("a", arguments="[1]"))], r"message 2: .*arguments: the JSON of a list"),
        ([user(), asks(call("a", arguments=""))], r"arguments, line 1, .*expected: a string with the JSON"),
        ([user(), asks(call("a"), call("a"))], r"'a' is the id of an earlier call"),
        ([user(), asks({"id": "a", "type": "function", "function": {"arguments": "{}"}})], r"no key 'name'"),
        ([user(), asks({**call("a"), "custom": 1})], r"message 2: tool_calls.0..custom: unknown key 'custom'"),
        ([user(), asks(call("a")), result("b")], r"message 3: a result for the call 'b', which was not made"),
        ([user(), {"role": "tool", "content": "x"}], r"message 2: a result without a call"),
        ([user(), {"role": "system", "content": "x"}], r"message 2: a system prompt after the first turn"),
        ([{**user(), "image": "x"}], r"unknown key 'image' for the role user"),
        ([{"role": "user", "content": [{"type": "image_url"}]}], r"parts that are not text"),
        ([user(), asks(call("a"), weight=0.5)], r"weight 0.5, expected 0 or 1"),
        ([user(), {"role": "assistant", "calls": [{"id": "a", "name": "f"}]}], r"arguments of 'f' are not an object"),
        ([user(), {"role": "assistant", "calls": {}}], r"turn 2: calls is not a list"),
        ([user(), {"role": "assistant", "content": "x", "train": 1}], r"train is 1, expected true or false"),
        ([{"role": "user", "content": "x", "train": True}], r"unknown key 'train' for the role user"),
    ],
)  # fmt: skip
def test_what_breaks_the_form_is_named(messages: object, problem: str) -> None:
    with pytest.raises(DialogueError, match=problem):
        read_dialogue(messages)


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(DialogueError) as error:
        read_dialogue([user(), asks(call("a", arguments="x"), call("b", arguments="y")), result("c")])
    assert len(error.value.problems) == 3


def test_white_space_around_an_answer_is_removed_and_other_texts_stay() -> None:
    messages = [
        user(" hello\n"),
        asks(call("x9")) | {"content": "Looking.\n\n"},
        result("x9", "18\n"),
        {"role": "assistant", "content": "\n It is 18.\n\nBye. "},
    ]
    contents = [" hello\n", "Looking.", "18\n", "It is 18.\n\nBye."]
    found = read_dialogue(messages)
    assert [turn.content for turn in found.turns] == contents
    assert read_dialogue(messages_json(Dialogue(found.turns))).turns == found.turns
    assert format_problems(Dialogue(found.turns), CALL_FORMATS["fenced_json"]) == {}
