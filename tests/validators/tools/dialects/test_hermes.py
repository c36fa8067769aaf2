from __future__ import annotations

from typing import Any

import pytest

from tests.validators.tools.dialects.test_sharegpt import dialect_of, of, role
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError
from winnow.validators.tools.dialogue import Call, Role, Turn

PARIS = "<tool_call>\n{'arguments': {'city': 'Paris', 'now': True}, 'name': 'weather'}\n</tool_call>"
ROME = '<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call>'
CALL_PARIS = Call("call_1", "weather", {"city": "Paris", "now": True})
CALL_ROME = Call("call_2", "weather", {"city": "Rome"})


def test_calls_and_results_in_tags() -> None:
    messages = [
        of("system", "Within <tools> </tools> tags.\n<tools>\n[{'name': 'weather', 'parameters': {}}]\n</tools>"),
        of("human", "Paris and Rome?"),
        of("gpt", f"<think>\nTwo.\n</think>\nI will look.\n{PARIS}\n{ROME}\n"),
        of("tool", "<tool_response>\n18\n</tool_response>\n<tool_response>\n{'t': 20}\n</tool_response>\n"),
        of("gpt", "18 and 20."),
    ]
    assert dialect_of(messages) == "hermes"
    found = read_dialogue(messages)
    assert found.turns == (
        Turn(Role.USER, "Paris and Rome?"),
        Turn(Role.ASSISTANT, "I will look.", (CALL_PARIS, CALL_ROME), reasoning="Two."),
        Turn(Role.TOOL, "18", call_id="call_1"),
        Turn(Role.TOOL, "{'t': 20}", call_id="call_2"),
        Turn(Role.ASSISTANT, "18 and 20."),
    )
    assert found.raw_calls[0] == "{'arguments': {'city': 'Paris', 'now': True}, 'name': 'weather'}"
    assert found.tools == [[{"name": "weather", "parameters": {}}]]


@pytest.mark.parametrize(
    ("result", "content"),
    [
        ('{"name": "weather", "content": {"t":  18}}', '{"t":  18}'),
        ('{"name": "weather", "content": {\'t\': None}}', "{'t': None}"),
        ('{"tool_call_id": "x", "name": "weather", "content": "sunny"}', "sunny"),
        ('{"name": "Paris", "t": 18}', '{"name": "Paris", "t": 18}'),
        ('{"name": "notes.txt", "content": "hi"}', '{"name": "notes.txt", "content": "hi"}'),  # what a tool returned
        ("It is sunny.", "It is sunny."),
    ],
)
def test_what_a_tool_returned_stands_alone_or_with_its_name(result: str, content: str) -> None:
    found = read_dialogue([of("human"), of("gpt", PARIS), of("tool", f"<tool_response>\n{result}\n</tool_response>")])
    assert found.turns[2] == Turn(Role.TOOL, content, call_id="call_1")


def test_results_may_stand_in_turns_of_the_user_and_texts_after_the_calls() -> None:
    messages = [
        role("user"),
        role("assistant", f"{PARIS}\nOne moment."),
        role("user", "<tool_response>18</tool_response>"),
    ]
    found = read_dialogue(messages)
    assert found.turns[1:] == (
        Turn(Role.ASSISTANT, "One moment.", (CALL_PARIS,)),
        Turn(Role.TOOL, "18", call_id="call_1"),
    )


def test_quotes_may_be_mixed_in_a_call() -> None:
    call = """<tool_call>\n{"arguments": {'questions': ["It's on?", 'A "b"?']}, 'name': "f"}\n</tool_call>"""
    found = read_dialogue([of("human"), of("gpt", call)])
    assert found.turns[1].calls == (Call("call_1", "f", {"questions": ["It's on?", 'A "b"?']}),)


def test_a_tag_inside_an_argument_is_part_of_it() -> None:
    call = '<tool_call>{"name": "f", "arguments": {"a": "</tool_call>"}}</tool_call>'
    assert read_dialogue([of("human"), of("gpt", call)]).turns[1].calls == (Call("call_1", "f", {"a": "</tool_call>"}),)


def test_calls_in_messages_side_by_side_are_one_turn() -> None:
    found = read_dialogue([of("human"), of("gpt", PARIS), of("gpt", ROME)])
    assert found.turns[1].calls == (CALL_PARIS, CALL_ROME)


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([of("gpt", "<tool_call>{'name': 'f', 'arguments': {}}")], r"message 2: <tool_call> without </tool_call>"),
        ([of("gpt", "{'name': 'f', 'arguments': {}}</tool_call>")], r"message 2: </tool_call> without <tool_call>"),
        ([of("gpt", "<tool_call>\\n{'name': 'f'}</tool_call>")], r"message 2: the call .* is neither JSON nor"),
        (
            [of("gpt", "<tool_call>{'name': 'it's'}</tool_call>")],
            r"neither JSON nor a Python literal: \"s'}</tool_call",
        ),
        ([of("gpt", "<tool_call></tool_call>")], r"message 2: no call, expected an object"),
        ([of("gpt", f"First {PARIS} then {ROME}")], r"message 2: text at 2 places around the calls.*'then'"),
        (
            [of("gpt", f"{PARIS}\n<tool_response>\n18\n</tool_response>\nIt is 18.")],
            r"message 2: a result in the text of an answer, expected it in a message of its own",
        ),
        ([of("gpt", "<tool_response>18</tool_response>")], r"message 2: a result in the text of an answer"),
        ([of("gpt", PARIS), of("tool", "<tool_response>18")], r"message 3: text outside of <tool_response>, or a tag"),
        ([of("gpt", PARIS), of("tool", "18 <tool_response>18</tool_response>")], r"message 3: text outside of <tool_r"),
    ],
)
def test_what_breaks_the_form_is_named(messages: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(DialogueError, match=problem):
        read_dialogue([of("human"), *messages])
