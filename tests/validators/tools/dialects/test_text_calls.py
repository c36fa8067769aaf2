"""Calls as text in a call format are calls, and what only begins like one drops the row."""

from __future__ import annotations

from typing import Any

import pytest

from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.answer_rows import ANSWER_ROWS
from winnow.validators.tools.dialects.dialect import DialogueError, PairedBy
from winnow.validators.tools.dialects.text_calls import TEXT_CALLS
from winnow.validators.tools.dialects.written_results import RESULT_GAP
from winnow.validators.tools.dialogue import Call, Role, Turn

FENCED = 'Looking.\n\n```json\n{"tool": "weather", "params": {"city": "Rome"}}\n```'
TAGGED = 'Looking.\n<tool_call>\n{"name": "weather", "arguments": {"city": "Rome"}}\n</tool_call>'
ROME = Call("call_1", "weather", {"city": "Rome"})
TURNS = (
    Turn(Role.USER, "Rome?"),
    Turn(Role.ASSISTANT, "Looking.", (ROME,)),
    Turn(Role.TOOL, "rain", call_id="call_1"),
    Turn(Role.ASSISTANT, "Rain."),
)


def chat(answer: str, **result: str) -> list[dict[str, Any]]:
    return [
        {"role": "user", "content": "Rome?"},
        {"role": "assistant", "content": answer},
        {"role": "tool", "content": "rain", **result},
        {"role": "assistant", "content": "Rain."},
    ]


def sharegpt(answer: str, observation: str = "rain") -> list[dict[str, str]]:
    values = [("human", "Rome?"), ("gpt", answer), ("observation", observation), ("gpt", "Rain.")]
    return [{"from": who, "value": text} for who, text in values]


@pytest.mark.parametrize(
    "messages",
    [
        chat(FENCED),
        chat(TAGGED),
        chat(FENCED, tool_call_id="call_1"),
        chat(FENCED, tool_call_id="x9"),
        sharegpt(FENCED),
    ],
)
def test_a_call_as_text_is_a_call(messages: list[dict[str, Any]]) -> None:
    assert TEXT_CALLS.recognizes(messages)
    found = read_dialogue(messages)
    assert found.turns == TURNS
    assert found.raw_calls == ('{"city": "Rome"}',)


def test_results_are_paired_by_id_where_the_ids_are_those_of_the_calls() -> None:
    assert read_dialogue(chat(FENCED, tool_call_id="call_1")).paired_by == PairedBy.ID
    assert read_dialogue(chat(FENCED)).paired_by == PairedBy.ORDER


def test_several_results_of_one_observation_belong_to_the_calls_in_order() -> None:
    twice = FENCED + '\n\n```json\n{"tool": "weather", "params": {"city": "Oslo"}}\n```'
    found = read_dialogue(sharegpt(twice, f"rain{RESULT_GAP}snow"))
    assert [(turn.content, turn.call_id) for turn in found.turns[2:4]] == [("rain", "call_1"), ("snow", "call_2")]


@pytest.mark.parametrize(
    "broken",
    [
        FENCED.replace("}}", "}"),
        FENCED + " Done.",
        FENCED.replace('"params": {', '"params": {"city": "Oslo", '),
    ],
)
def test_a_text_that_begins_like_a_call_and_is_none_drops_the_row(broken: str) -> None:
    with pytest.raises(DialogueError, match=r"^message 2: line "):
        read_dialogue(chat(broken))


@pytest.mark.parametrize(
    "messages",
    [
        chat("Rain, I think."),
        chat("```json\n{}\n```"),
        chat(TAGGED.replace("}}", "}")),
        sharegpt(TAGGED),
        [{"role": "user", "content": "Rome?"}, {"role": "assistant", "content": FENCED, "tool_calls": [{}]}],
        [{"role": "critic", "content": FENCED}],
    ],
)
def test_other_messages_are_left_to_other_dialects(messages: list[dict[str, Any]]) -> None:
    assert not TEXT_CALLS.recognizes(messages)


def test_the_row_of_the_last_answer_holds_the_dialogue() -> None:
    messages = chat(FENCED)
    row = {"id": "x1", "prompt": messages[:3], "completion": messages[3:], "answer": 2, "answers": 2}
    assert ANSWER_ROWS.recognizes(row)
    arranged = ANSWER_ROWS.arrange({**row, "offered_tools": "[]"})
    assert not isinstance(arranged, Drop)
    assert read_dialogue(arranged.content["messages"]).turns == TURNS
    assert arranged.content["tools"] == "[]"
    earlier = ANSWER_ROWS.arrange({**row, "answer": 1})
    assert isinstance(earlier, Drop)
    assert (earlier.reason, earlier.detail) == (
        "part_of_dialogue",
        "answer 1 of 2 of x1; the row of the last answer has all of it",
    )
    assert not ANSWER_ROWS.recognizes({name: row[name] for name in ("prompt", "completion")})
