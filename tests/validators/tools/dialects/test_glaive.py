from __future__ import annotations

from typing import Any

import pytest

from tests.validators.tools.dialects.test_sharegpt import dialect_of, of
from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError
from winnow.validators.tools.dialects.glaive_rows import GLAIVE_ROWS
from winnow.validators.tools.dialogue import Call, Role, Turn

CALL = """<functioncall> {"name": "weather", "arguments": '{"city": "Paris"}'} """
SYSTEM = """SYSTEM: You are a helpful assistant with access to the following functions. Use them if required -
{"name": "weather", "description": "Weather.", "parameters": {"type": "object", "properties": {}}}
"""
CHAT = f"""USER: Weather in Paris?


ASSISTANT: I will look.
{CALL}<|endoftext|>


FUNCTION RESPONSE: {{"t": 18}}


ASSISTANT: It is 18.
USER is a word here. <|endoftext|>


USER: Thanks!


ASSISTANT: You are welcome! <|endoftext|>


"""


def arguments(written: str) -> Any:
    found = read_dialogue(
        [of("human"), of("gpt", f'<functioncall> {{"name": "f", "arguments": {written}}} </functioncall>')]
    )
    return found.turns[1].calls[0].arguments


def test_a_call_follows_the_tag_and_the_text() -> None:
    messages = [of("human"), of("gpt", f"I will look. {CALL}"), of("function_response", "18"), of("gpt", "18.")]
    assert dialect_of(messages) == "glaive"
    found = read_dialogue(messages)
    assert found.turns[1] == Turn(Role.ASSISTANT, "I will look.", (Call("call_1", "weather", {"city": "Paris"}),))
    assert found.turns[2] == Turn(Role.TOOL, "18", call_id="call_1")
    assert found.raw_calls == ("""{"name": "weather", "arguments": '{"city": "Paris"}'}""",)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("""'{"a": "it's", "b": [1, true]}'""", {"a": "it's", "b": [1, True]}),
        ("""'{"a": "it\\'s"}'""", {"a": "it's"}),
        ("""'{"a": "one\\ntwo"}'""", {"a": "one\ntwo"}),
        ("""'{"a": "\\\\d+"}'""", {"a": "\\d+"}),
        ("""'{\n  "a": 1\n}'""", {"a": 1}),
        ("""{"a": 1}""", {"a": 1}),
        ('''"{\\"a\\": 1}"''', {"a": 1}),
        ("""'{}'""", {}),
    ],
)
def test_arguments_in_single_quotes_are_json_as_they_stand(written: str, value: Any) -> None:
    assert arguments(written) == value


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("""'{"a": "C:\\\\new"}'""", r"arguments with escapes that can be read in two ways"),
        ("""'{"a": 1, "a": 2}'""", r"key 'a' occurs twice|the arguments of 'f' are"),
        ("""'{"a": }'""", r"the arguments of 'f' are neither JSON"),
        ("""'[1]'""", r"the arguments of 'f' are a list, expected an object"),
        ("""'{"a": "it's'""", r"neither JSON nor a Python literal"),
    ],
)
def test_arguments_that_are_open_or_broken_are_named(written: str, problem: str) -> None:
    with pytest.raises(DialogueError, match=f"message 2: .*({problem})"):
        arguments(written)


def test_the_mark_at_the_end_of_an_answer_is_no_part_of_it() -> None:
    found = read_dialogue(
        [of("human"), of("gpt", f"{CALL}<|endoftext|>"), of("tool"), of("gpt", "18. <|endoftext|>\n")]
    )
    assert (found.turns[1].calls[0].name, found.turns[3].content) == ("weather", "18.")


def test_a_closing_tag_alone_is_a_problem() -> None:
    with pytest.raises(DialogueError, match=r"message 2: </functioncall> without <functioncall>"):
        read_dialogue([of("human"), of("gpt", f"x </functioncall> {CALL}")])
    with pytest.raises(DialogueError, match=r"message 2: </functioncall> without <functioncall>"):
        read_dialogue([of("human"), of("gpt", "x </functioncall>")])


def test_a_row_is_parted_by_its_speakers() -> None:
    given = {"system": SYSTEM, "chat": CHAT}
    assert GLAIVE_ROWS.recognizes(given)
    arranged = GLAIVE_ROWS.arrange(given)
    assert not isinstance(arranged, Drop)
    found = read_dialogue(arranged.content["messages"])
    assert found.turns == (
        Turn(Role.USER, "Weather in Paris?"),
        Turn(Role.ASSISTANT, "I will look.", (Call("call_1", "weather", {"city": "Paris"}),)),
        Turn(Role.TOOL, '{"t": 18}', call_id="call_1"),
        Turn(Role.ASSISTANT, "It is 18.\nUSER is a word here."),
        Turn(Role.USER, "Thanks!"),
        Turn(Role.ASSISTANT, "You are welcome!"),
    )
    assert found.system.startswith("You are a helpful assistant")
    assert isinstance(found.tools, list)
    assert [tool["name"] for tool in found.tools] == ["weather"]


def test_a_row_may_hold_everything_on_one_line() -> None:
    row, line = (GLAIVE_ROWS.arrange({"chat": chat}) for chat in (CHAT, " ".join(CHAT.split())))
    assert not isinstance(row, Drop)
    assert not isinstance(line, Drop)
    parted, found = (read_dialogue(one.content["messages"]).turns for one in (row, line))
    assert [turn.role for turn in found] == [turn.role for turn in parted]
    assert found[1] == Turn(Role.ASSISTANT, "I will look.", (Call("call_1", "weather", {"city": "Paris"}),))


def test_a_row_may_lack_the_prompt_and_other_columns_are_no_chat() -> None:
    arranged = GLAIVE_ROWS.arrange({"chat": "USER: hi\n\n\nASSISTANT: Hello! <|endoftext|>"})
    assert not isinstance(arranged, Drop)
    assert read_dialogue(arranged.content["messages"]).system == ""
    assert not GLAIVE_ROWS.recognizes({"chat": [{"role": "user"}]})
    assert not GLAIVE_ROWS.recognizes({"system": SYSTEM})


@pytest.mark.parametrize(
    ("chat", "reason"),
    [
        ("hello", "the chat begins with 'hello', expected 'USER:'"),
        ("", "the chat begins with '', expected 'USER:'"),
        ("USER: hi\n\n\nASSISTANT: Hello, how", "part 2: the answer does not end with '<|endoftext|>'"),
        ("USER: a play\n\n\nASSISTANT: Yes:\nUSER: ha\n<|endoftext|>", "part 2: the answer does not end with"),
        ("USER: Is ASSISTANT: a word? ASSISTANT: Yes. <|endoftext|>", "part 2: the answer does not end with"),
        ("USER: hi\n\n\nASSISTANT: A <|endoftext|> B <|endoftext|>", "part 2: '<|endoftext|>' before the end"),
    ],
)
def test_a_chat_that_cannot_be_parted_is_dropped_with_the_reason(chat: str, reason: str) -> None:
    arranged = GLAIVE_ROWS.arrange({"chat": chat, "system": SYSTEM})
    assert isinstance(arranged, Drop)
    assert arranged.reason == DropReason.MALFORMED_DIALOGUE
    assert arranged.detail.startswith(reason)
