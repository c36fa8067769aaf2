from __future__ import annotations

import json
import math
from typing import Any

import pytest

from winnow.validators.tools.dialects import DIALECTS, read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError, PairedBy
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn
from winnow.validators.tools.structure import structure_problems


def of(speaker: str, value: Any = "hello", **more: Any) -> dict[str, Any]:
    return {"from": speaker, "value": value, **more}


def role(name: str, content: Any = "hello", **more: Any) -> dict[str, Any]:
    return {"role": name, "content": content, **more}


def written(name: str = "f", **arguments: Any) -> str:
    return json.dumps({"name": name, "arguments": arguments})


def dialect_of(messages: list[dict[str, Any]]) -> str:
    return next(one.name for one in DIALECTS if one.recognizes(messages))


@pytest.mark.parametrize(
    ("user", "assistant"), [("human", "gpt"), ("user", "assistant"), ("Human", "chatbot"), ("user", "model")]
)
def test_speakers_have_several_names(user: str, assistant: str) -> None:
    messages = [of("system", "Be kind."), of(user, " hi\n"), of(assistant, "Hello!")]
    assert dialect_of(messages) == "sharegpt"
    found = read_dialogue(messages)
    assert found.turns == (Turn(Role.USER, " hi\n"), Turn(Role.ASSISTANT, "Hello!"))
    assert found.system == "Be kind."


def test_calls_and_results_in_messages_of_their_own() -> None:
    call = '{"name": "weather",  "arguments": {"city": "Paris"}}'
    found = read_dialogue([of("human"), of("function_call", call), of("observation", " 18"), of("gpt", "18.")])
    assert found.turns == (
        Turn(Role.USER, "hello"),
        Turn(Role.ASSISTANT, calls=(Call("call_1", "weather", {"city": "Paris"}),)),
        Turn(Role.TOOL, " 18", call_id="call_1"),
        Turn(Role.ASSISTANT, "18."),
    )
    assert (found.raw_calls, found.paired_by) == ((call,), PairedBy.ORDER)


def test_parallel_calls_are_a_list_and_their_results_follow_in_order() -> None:
    calls = '[{"name": "f", "arguments": {"a": 1}},\n {"arguments": "{\\"b\\": 2}", "name": "g"}]'
    messages = [of("human"), of("function_call", calls), of("observation", "1"), of("observation", "2"), of("gpt")]
    found = read_dialogue(messages)
    assert found.turns[1].calls == (Call("call_1", "f", {"a": 1}), Call("call_2", "g", {"b": 2}))
    assert [turn.call_id for turn in found.turns[2:4]] == ["call_1", "call_2"]
    first, second = '{"name": "f", "arguments": {"a": 1}}', '{"arguments": "{\\"b\\": 2}", "name": "g"}'
    assert found.raw_calls == (first, second)


def test_one_message_with_a_list_of_named_results_answers_several_calls() -> None:
    results = '[{"name": "g", "content": {"x": 2}}, {"tool_call_id": "c1", "name": "f", "content": "one"}]'
    calls = f"[{written('f')}, {written('g')}]"
    found = read_dialogue([of("human"), of("function_call", calls), of("observation", results), of("gpt")])
    assert found.turns[2:4] == (
        Turn(Role.TOOL, '{"x": 2}', call_id="call_2"),
        Turn(Role.TOOL, "one", call_id="call_1"),
    )
    plain = '[{"name": "notes.txt", "content": "hi"}]'  # a list that the tool returned
    found = read_dialogue([of("human"), of("function_call", written()), of("observation", plain), of("gpt")])
    assert found.turns[2].content == plain


def test_ms_swift_spreads_a_turn_over_messages() -> None:
    messages = [
        role("user", "Beijing and Shanghai?"),
        role("assistant", "<think>\nTwo calls.\n</think>\n", loss=True),
        role("assistant", "I will look."),
        role("tool_call", written("aqi", city="Beijing")),
        role("tool_call", written("aqi", city="Shanghai")),
        role("tool_response", '{"aqi": 10}'),
        role("tool", '{"aqi": 72}'),
        role("assistant", "10 and 72.", loss=False),
    ]
    assert dialect_of(messages) == "sharegpt"
    found = read_dialogue(messages)
    calls = (Call("call_1", "aqi", {"city": "Beijing"}), Call("call_2", "aqi", {"city": "Shanghai"}))
    assert found.turns[1] == Turn(Role.ASSISTANT, "I will look.", calls, reasoning="Two calls.")
    assert [turn.call_id for turn in found.turns[2:4]] == ["call_1", "call_2"]
    assert found.turns[-1] == Turn(Role.ASSISTANT, "10 and 72.", train=False)


def test_text_after_calls_is_part_of_their_turn_if_results_follow() -> None:
    call, text = of("function_call", written()), of("gpt", "One moment.")
    one = read_dialogue([of("human"), call, text, of("observation"), of("gpt", "Done.")])
    assert one.turns[1] == Turn(Role.ASSISTANT, "One moment.", (Call("call_1", "f", {}),))
    apart = read_dialogue([of("human"), call, text, of("human")])
    assert [turn.role for turn in apart.turns] == [Role.USER, Role.ASSISTANT, Role.ASSISTANT, Role.USER]
    assert "has no result before turn 3" in str(structure_problems(Dialogue(apart.turns))[0])


@pytest.mark.parametrize(
    "parts",
    [
        [of("gpt", "One."), of("gpt", "Two.")],
        [of("gpt", "One."), of("gpt", "Two."), of("function_call", written())],
        [of("gpt", "One."), of("gpt", "<think>why</think>Two.")],
        [of("gpt", "One.", weight=0), of("function_call", written())],
    ],
)
def test_answers_in_a_row_that_are_no_one_turn_stay_apart_and_are_refused(parts: list[dict[str, Any]]) -> None:
    found = read_dialogue([of("human"), *parts])
    problems = structure_problems(Dialogue(found.turns))
    assert "turn 3: two turns of the assistant in a row" in str(problems[0])


def test_reasoning_stands_in_tags_before_calls_and_text() -> None:
    call = f"<think>\nIt asks.\n</think>\n{written()}"
    found = read_dialogue([of("human"), of("function_call", call), of("observation"), of("gpt", "<think></think>Hi")])
    assert found.turns[1] == Turn(Role.ASSISTANT, calls=(Call("call_1", "f", {}),), reasoning="It asks.")
    assert found.turns[3] == Turn(Role.ASSISTANT, "Hi")


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([of("human"), of("moderator")], r"message 2: the speaker 'moderator', expected one of .*function_call"),
        ([of("human", [1]), of("gpt")], r"message 1: the content is not text"),
        ([of("human", image="x")], r"message 1: unknown key 'image'"),
        ([of("human"), of("gpt", weight=0.5)], r"message 2: weight is 0.5, expected true or false"),
        ([of("human"), of("gpt"), of("system")], r"message 3: a system prompt after the first turn"),
        ([of("human"), of("observation")], r"message 2: a result without a call"),
        ([of("human"), of("function_call", written("f")), of("tool", name="g")], r"result of 'g', and no call"),
        ([of("human"), of("function_call", "weather in Paris")], r"message 2: a call is neither JSON nor a Python"),
        ([of("human"), of("function_call", {"name": "f", "arguments": {"a": math.nan}})], r"a call holds no JSON: "),
        ([of("human"), of("function_call", written()), of("tool", {"a": math.nan})], r"message 3: the content is no"),
        ([of("human"), of("function_call", "")], r"message 2: no call, expected an object with name and arguments"),
        ([of("human"), of("function_call", "[3]")], r"message 2: a call is a number, expected an object"),
        ([of("human"), of("function_call", '{"arguments": {}}')], r"message 2: a call names no tool"),
        ([of("human"), of("function_call", '{"name": " ", "arguments": {}}')], r"the name of the tool is empty"),
        ([of("human"), of("function_call", '{"name": "f"}')], r"the call of 'f' has no arguments, expected an object"),
        ([of("human"), of("function_call", '{"name": "f", "arguments": [1]}')], r"arguments of 'f' are a list, expec"),
        ([of("human"), of("function_call", '{"name": "f", "arguments": "x"}')], r"arguments of 'f' are neither JSON"),
        ([of("human"), of("function_call", '{"name": "f", "name": "g", "arguments": {}}')], r"key 'name' occurs twice"),
        ([of("human"), of("function_call", '{"name": "f", "args": {}}')], r"unknown key 'args' in a call"),
        ([of("human"), of("gpt", "Hm. <think>why</think> Yes.")], r"the tag <think> is not part of one whole block"),
        ([of("human"), of("gpt", "why</think> Yes.")], r"the tag </think> is not part of one whole block"),
        ([of("human"), of("gpt", "<think>a</think><scratch_pad>b</scratch_pad>c")], r"the tag <scratch_pad> is no"),
    ],
)  # fmt: skip
def test_what_breaks_the_form_is_named(messages: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(DialogueError, match=problem):
        read_dialogue(messages)


def test_keys_without_a_value_and_calls_as_objects_are_read() -> None:
    # ShareGPT exports have `markdown: null`; Parquet files hold calls as objects
    messages = [of("human", markdown=None), of("function_call", {"name": "f", "arguments": {"a": 1}}), of("tool", {})]
    found = read_dialogue(messages)
    assert (found.turns[1].calls, found.turns[2].content) == ((Call("call_1", "f", {"a": 1}),), "{}")


def test_messages_of_the_openai_roles_are_openai_chat_whatever_the_column() -> None:
    assert dialect_of([role("user"), role("assistant")]) == "openai"
    assert dialect_of([role("human"), role("gpt")]) == "sharegpt"
    assert dialect_of([of("human"), of("gpt", train=False)]) == "sharegpt"
