"""Dialogues in every export format, and what the formats do not hold."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.support.exported import BOTH, PARIS, ROME, USER, WEATHER, line_of, tools_task, written
from winnow.core.export_losses import ExportLoss
from winnow.curation.io.writers import WRITERS
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialogue import Dialogue, Role, Turn, tools_json
from winnow.validators.tools.failed_result import failed_result
from winnow.validators.tools.signatures import signatures

NATIVE = tools_task("openai_tool_calls")
IN_TEXT = CALL_FORMATS["fenced_json"].render(Answer("Looking.", (PARIS, ROME)), (WEATHER,))
DOCUMENTED = f"Be kind.\n\n{signatures((WEATHER,))}"
CONTENT_FORMATS = [name for name, one in WRITERS.items() if one.dialogue]


def test_openai_has_the_tools_under_a_key_of_their_own() -> None:
    line = line_of(BOTH, "openai", tools_task(prompt="Be kind.\n\n{tools}\n"))
    assert line["messages"][0] == {"role": "system", "content": "Be kind."}
    assert [tool["function"]["name"] for tool in line["tools"]] == ["weather"]
    assert line["messages"][2]["tool_calls"][0]["function"]["arguments"] == '{"city": "Paris"}'


def test_anthropic_marks_a_failed_result_again() -> None:
    result = Turn(Role.TOOL, failed_result("no such city"), call_id="call_1")
    line = line_of(
        Dialogue((USER, Turn(Role.ASSISTANT, "", (PARIS,)), result, BOTH.turns[-1]), (WEATHER,)), "anthropic"
    )
    block = {"type": "tool_result", "tool_use_id": "call_1", "content": "no such city", "is_error": True}
    assert line["messages"][2]["content"] == [block]
    assert read_dialogue(line["messages"]).turns[2] == result


def test_anthropic_has_calls_and_results_as_blocks() -> None:
    thinking = replace(BOTH, turns=(*BOTH.turns[:4], Turn(Role.ASSISTANT, "Done.", reasoning="Both are there.")))
    line = line_of(thinking, "anthropic")
    assert line["system"] == "Be kind."
    question, calls, results, answer = line["messages"]
    assert question == {"role": "user", "content": "Paris and Rome?"}
    assert [block["type"] for block in calls["content"]] == ["text", "tool_use", "tool_use"]
    assert calls["content"][1] == {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Paris"}}
    assert results["role"] == "user"
    assert results["content"][1] == {"type": "tool_result", "tool_use_id": "call_2", "content": "rain"}
    assert answer["content"][0]["thinking"] == "Both are there."
    assert line["tools"] == [
        {"name": "weather", "description": "Look up the weather.", "input_schema": WEATHER.parameters}
    ]


def test_trl_messages_have_arguments_as_objects_and_results_with_the_name_of_the_tool() -> None:
    line = line_of(BOTH, "trl_messages")
    assert line["messages"][2]["tool_calls"][1]["function"] == {"name": "weather", "arguments": {"city": "Rome"}}
    assert line["messages"][3] == {"role": "tool", "name": "weather", "tool_call_id": "call_1", "content": "sun"}


def test_trl_has_a_row_per_learned_answer_with_everything_before_it() -> None:
    first, last = written(BOTH, "trl").lines
    assert first["prompt"] == [
        {"role": "system", "content": DOCUMENTED},
        {"role": "user", "content": "Paris and Rome?"},
    ]
    assert first["completion"] == [{"role": "assistant", "content": IN_TEXT}]
    assert [message["role"] for message in last["prompt"]] == ["system", "user", "assistant", "tool", "tool"]
    assert last["completion"] == [{"role": "assistant", "content": "Sun and rain."}]
    assert (first["answer"], first["answers"], last["answer"]) == (1, 2, 2)
    assert "tools" not in last  # the template would document them a second time
    assert last["offered_tools"] == tools_json(BOTH)


def test_trl_hands_the_tools_over_where_calls_are_no_text() -> None:
    first, _ = written(BOTH, "trl", NATIVE).lines
    assert first["prompt"][0]["content"] == "Be kind."
    assert first["completion"][0]["tool_calls"][0]["function"]["arguments"] == {"city": "Paris"}
    assert first["tools"][0]["function"]["name"] == "weather"


def test_trl_has_no_row_for_an_answer_that_is_not_learned() -> None:
    failed = replace(BOTH, turns=(USER, replace(BOTH.turns[1], train=False), *BOTH.turns[2:]))
    (line,) = written(failed, "trl").lines
    assert line["completion"][0]["content"] == "Sun and rain."
    assert line["prompt"][2]["weight"] == 0


def test_sharegpt_has_calls_in_the_notation_of_the_task() -> None:
    line = line_of(BOTH, "sharegpt")
    assert line["system"] == DOCUMENTED
    assert line["conversations"] == [
        {"from": "human", "value": "Paris and Rome?"},
        {"from": "gpt", "value": IN_TEXT},
        {"from": "observation", "value": "sun\n</tool_response>\n<tool_response>\nrain"},
        {"from": "gpt", "value": "Sun and rain."},
    ]
    columns = WRITERS["sharegpt"].dataset_columns
    assert columns is not None
    assert columns(tools_task())["columns"] == {"messages": "conversations", "system": "system"}
    assert columns(NATIVE)["columns"]["tools"] == "tools"


def test_sharegpt_has_function_calls_where_calls_are_no_text() -> None:
    line = line_of(BOTH, "sharegpt", NATIVE)
    assert line["system"] == "Be kind."
    assert line["conversations"][1]["from"] == "function_call"
    assert json.loads(line["conversations"][1]["value"])[1] == {"name": "weather", "arguments": {"city": "Rome"}}
    assert written(BOTH, "sharegpt", NATIVE).losses == {ExportLoss.PROSE_WITH_CALLS: ""}


def test_alpaca_has_earlier_turns_as_history_and_results_as_turns_of_the_user() -> None:
    line = line_of(BOTH, "alpaca")
    assert line["history"] == [["Paris and Rome?", IN_TEXT]]
    assert line["instruction"] == "<tool_response>\nsun\n</tool_response>\n<tool_response>\nrain\n</tool_response>"
    assert (line["input"], line["output"], line["system"]) == ("", "Sun and rain.", DOCUMENTED)


def test_alpaca_writes_calls_in_tags_where_the_task_has_no_text_for_them() -> None:
    line = line_of(BOTH, "alpaca", NATIVE)
    assert line["history"][0][1].startswith('Looking.\n<tool_call>\n{"name": "weather"')
    assert line["system"] == DOCUMENTED


@pytest.mark.parametrize(
    ("turns", "loss", "lossless"),
    [
        (
            (USER, Turn(Role.ASSISTANT, "", (replace(PARIS, accepted={"city": ["paris"]}),))),
            ExportLoss.ACCEPTED,
            [],
        ),
        (
            (USER, Turn(Role.ASSISTANT, "Hm.", reasoning="Which?")),
            ExportLoss.REASONING,
            ["openai", "anthropic", "trl", "trl_messages"],
        ),
        (
            (*BOTH.turns[:2], BOTH.turns[3], BOTH.turns[2], BOTH.turns[4]),
            ExportLoss.RESULT_ORDER,
            ["openai", "anthropic", "trl", "trl_messages"],
        ),
        (BOTH.turns[:4], ExportLoss.TURNS_AT_END, ["openai", "anthropic", "trl_messages"]),
        (
            (USER, replace(BOTH.turns[1], train=False), *BOTH.turns[2:]),
            ExportLoss.UNLEARNED_TURN,
            ["openai", "trl"],
        ),
    ],
)
def test_what_a_format_has_no_place_for_is_named(
    turns: tuple[Turn, ...], loss: ExportLoss, lossless: list[str]
) -> None:
    dialogue = Dialogue(turns, (WEATHER,))
    assert [name for name in CONTENT_FORMATS if loss not in written(dialogue, name).losses] == lossless
    assert all(not written(BOTH, name).losses for name in CONTENT_FORMATS)


def test_a_dialogue_that_would_be_trained_wrongly_is_left_out() -> None:
    failed = replace(BOTH, turns=(USER, replace(BOTH.turns[1], train=False), *BOTH.turns[2:]))
    found = written(failed, "sharegpt")
    assert found.is_left_out
    assert found.lines == []


@pytest.mark.parametrize("name", ["sharegpt", "alpaca"])
def test_results_that_could_not_be_told_apart_are_left_out_with_the_reason(name: str) -> None:
    unclear = Turn(Role.TOOL, "a\n</tool_response>\n<tool_response>\nb", call_id="call_1")
    found = written(replace(BOTH, turns=(*BOTH.turns[:2], unclear, *BOTH.turns[3:])), name)
    assert found.lines == []
    assert "read as several results" in found.losses[ExportLoss.UNWRITABLE]


def test_an_answer_that_the_notation_cannot_hold_is_left_out_with_the_reason() -> None:
    prose = Dialogue((USER, Turn(Role.ASSISTANT, '```json\n{"a": 1}\n```')), (WEATHER,))
    found = written(prose, "trl")
    assert found.lines == []
    assert "line" in found.losses[ExportLoss.UNWRITABLE]
