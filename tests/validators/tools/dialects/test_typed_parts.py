from __future__ import annotations

import json
from typing import Any

import pytest

from tests.validators.tools.dialects.test_sharegpt import dialect_of, role, written
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError
from winnow.validators.tools.dialogue import Call, Role, Turn


def part(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value}


USER = role("user", [part("text", "Paris and Rome?")])


def test_parts_are_reasoning_text_and_calls() -> None:
    results = json.dumps([{"name": "f", "content": "18"}, {"name": "g", "content": "{'t': 20}"}])
    answer = [part("reasoning", "Two."), part("text", "I look.")]
    answer += [part("tool_call", written("f", a=1)), part("tool_call", written("g"))]
    messages = [
        role("system", [part("text", "Be kind.")]),
        USER,
        role("assistant", answer),
        role("tool", [part("text", results)]),
        role("assistant", [part("text", "18"), part("text", " and 20.")], loss_weight=0.0),
    ]
    assert dialect_of(messages) == "typed_parts"
    found = read_dialogue(messages)
    calls = (Call("call_1", "f", {"a": 1}), Call("call_2", "g", {}))
    assert found.system == "Be kind."
    assert found.turns == (
        Turn(Role.USER, "Paris and Rome?"),
        Turn(Role.ASSISTANT, "I look.", calls, reasoning="Two."),
        Turn(Role.TOOL, "18", call_id="call_1"),
        Turn(Role.TOOL, "{'t': 20}", call_id="call_2"),
        Turn(Role.ASSISTANT, "18 and 20.", train=False),
    )


def test_parts_of_openai_are_those_of_openai_chat() -> None:
    assert dialect_of([role("user", [{"type": "text", "text": "hi"}]), role("assistant", "Hello!")]) == "openai"


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ([part("image_url", "x")], r"message 2: the part .*image_url.*, expected a type of reasoning, text, tool_call"),
        ([part("text", 3)], r"message 2: the part .*, expected .* a text as its value"),
        ([part("tool_call", written()), part("text", "x")], r"message 2: parts in the order tool_call, text"),
        ([part("tool_call", '{"name": "f"}')], r"message 2: the call of 'f' has no arguments"),
        ([{**part("text", "x"), "more": 1}], r"message 2: the part "),
    ],
)
def test_what_breaks_the_form_is_named(parts: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(DialogueError, match=problem):
        read_dialogue([USER, role("assistant", parts)])


def test_only_answers_hold_calls_and_only_known_speakers_speak() -> None:
    with pytest.raises(DialogueError, match=r"message 1: the part .*, expected a type of text and"):
        read_dialogue([role("user", [part("tool_call", written())])])
    with pytest.raises(DialogueError, match=r"message 1: the speaker 'moderator', expected system, user"):
        read_dialogue([role("moderator", [part("text", "x")])])
