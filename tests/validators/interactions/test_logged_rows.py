"""An interaction as a row of each kind: the answer, or the correction in its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.dialogues import TOOLS
from winnow.core.interaction_line import InteractionLine
from winnow.core.interaction_vocabulary import InteractionDrop
from winnow.validators.interactions.log_lines import read_log_line
from winnow.validators.interactions.logged_query import query_row
from winnow.validators.kinds.tools import TOOLS as KIND
from winnow.validators.row_layout import ArrangedRow, RowRequest
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialogue import Call, Role, Turn
from winnow.validators.tools.logged_dialogue import dialogue_row

ASKED = Turn(Role.USER, "Weather in Paris?")
PARIS = Call("call_1", "weather", {"city": "Paris"})
WRONG: list[dict[str, Any]] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Weather in Paris?"},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {"id": "x", "type": "function", "function": {"name": "traffic", "arguments": '{"city": "Rome"}'}}
        ],
    },
    {"role": "tool", "tool_call_id": "x", "content": "no traffic"},
]
FAILED = (
    Turn(Role.ASSISTANT, calls=(Call("call_1", "traffic", {"city": "Rome"}),), train=False),
    Turn(Role.TOOL, "no traffic", call_id="call_1"),
)


def logged(**fields: Any) -> InteractionLine:
    line = read_log_line({"task": "Weather in Paris?", "tools": TOOLS, "feedback": {}, **fields})
    assert isinstance(line, InteractionLine), line
    return line


def turns(row: ArrangedRow | Drop) -> tuple[Turn, ...]:
    assert isinstance(row, ArrangedRow), row
    return read_dialogue(row.content["messages"]).turns


CALL = {"name": "weather", "arguments": {"city": "Paris"}}
AS_TEXT = {"name": "weather", "arguments": '{"city": "Paris"}'}


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        ("It is fine.", Turn(Role.ASSISTANT, "It is fine.")),
        ({"text": "It is fine."}, Turn(Role.ASSISTANT, "It is fine.")),
        ({"role": "assistant", "content": "It is fine."}, Turn(Role.ASSISTANT, "It is fine.")),
        (CALL, Turn(Role.ASSISTANT, calls=(PARIS,))),
        ([CALL], Turn(Role.ASSISTANT, calls=(PARIS,))),
        ({"calls": [CALL]}, Turn(Role.ASSISTANT, calls=(PARIS,))),
        (
            {
                "content": "One moment.",
                "tool_calls": [{"id": "q", "function": {**CALL, "arguments": '{"city": "Paris"}'}}],
            },
            Turn(Role.ASSISTANT, "One moment.", (PARIS,)),
        ),
        ([{"role": "assistant", "content": "It is fine."}], Turn(Role.ASSISTANT, "It is fine.")),
    ],
)
def test_a_task_and_its_output_are_a_dialogue(output: object, answer: Turn) -> None:
    assert turns(dialogue_row(logged(output=output), RowRequest())) == (ASKED, answer)
    # a correction of the same form takes the place of another answer
    corrected = logged(output="I do not know.", feedback={"corrections": output})
    if not (isinstance(output, list) and "role" in output[0]):  # messages are the whole conversation there
        assert turns(dialogue_row(corrected, RowRequest())) == (ASKED, answer)


def test_messages_that_end_with_an_answer_are_the_dialogue() -> None:
    messages = [*WRONG, {"role": "assistant", "content": "No traffic."}]
    row = dialogue_row(logged(messages=messages, output="something else"), RowRequest())
    assert isinstance(row, ArrangedRow)
    assert row.content["messages"] == messages


def test_an_output_follows_messages_that_do_not_end_with_an_answer() -> None:
    found = turns(dialogue_row(logged(messages=WRONG, output="No traffic."), RowRequest()))
    assert found[-1] == Turn(Role.ASSISTANT, "No traffic.")
    row = dialogue_row(logged(messages=WRONG, output=CALL), RowRequest())
    assert turns(row)[-1].calls == (Call("call_2", "weather", {"city": "Paris"}),)
    assert json.loads(KIND.source_form(row.content))["system_prompt"] == "Be brief."  # type: ignore[union-attr]


@pytest.mark.parametrize("keep_failed", [True, False])
def test_failed_calls_stay_before_corrected_ones_as_context_if_the_policy_says_so(keep_failed: bool) -> None:
    line = logged(messages=WRONG, output="No traffic.", feedback={"corrections": CALL})
    row = dialogue_row(line, RowRequest(keep_failed=keep_failed))
    corrected = Turn(Role.ASSISTANT, calls=(Call("call_2" if keep_failed else "call_1", "weather", {"city": "Paris"}),))
    assert turns(row) == (ASKED, *(FAILED if keep_failed else ()), corrected)
    assert isinstance(row, ArrangedRow)
    source = json.loads(KIND.source_form(row.content))
    replaced = [turn["content"] for turn in json.loads(source["replaced"])]
    assert replaced == (["No traffic."] if keep_failed else ["", "no traffic", "No traffic."])
    assert source["system_prompt"] == "Be brief."


def test_a_corrected_text_keeps_the_results_that_it_may_be_based_on() -> None:
    line = logged(messages=WRONG, output="Traffic jam.", feedback={"corrections": "No traffic in Rome."})
    found = turns(dialogue_row(line, RowRequest()))
    assert found == (ASKED, *FAILED, Turn(Role.ASSISTANT, "No traffic in Rome."))


def test_calls_without_results_cannot_stay() -> None:
    line = logged(messages=WRONG[:3], feedback={"corrections": "No traffic in Rome."})
    assert turns(dialogue_row(line, RowRequest(keep_failed=True))) == (
        ASKED,
        Turn(Role.ASSISTANT, "No traffic in Rome."),
    )


def test_whole_messages_take_the_place_of_the_conversation() -> None:
    right = [WRONG[1], {"role": "assistant", "content": "Sunny."}]
    line = logged(messages=WRONG, feedback={"corrections": {"messages": right}})
    assert turns(dialogue_row(line, RowRequest())) == (ASKED, Turn(Role.ASSISTANT, "Sunny."))


def test_a_stored_dialogue_is_corrected_without_its_line() -> None:
    content = KIND.content_of(
        {"messages": json.dumps([{"role": "user", "content": "Weather in Paris?"}]), "tools": "[]"}
    )
    update = read_log_line({"about": "a", "feedback": {"corrections": "Sunny."}})
    assert isinstance(update, InteractionLine)
    assert turns(dialogue_row(update, RowRequest(stored=content))) == (ASKED, Turn(Role.ASSISTANT, "Sunny."))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"output": 3}, "output: 3, expected a text"),
        ({"output": {"label": "ask"}}, "output: a label, expected an answer"),
        ({"output": {"wind": 3}}, "output: an object with wind, expected"),
        ({"output": {"name": "weather", "arguments": "{"}}, "output: call 1, 'weather': the arguments are not JSON"),
        (
            {"output": {"name": "weather", "arguments": '{"a": 1, "a": 2}'}},
            "output: call 1, 'weather': the arguments are not strict JSON",
        ),
        (
            {"output": {"name": "weather", "arguments": 3}},
            "output: call 1, 'weather': the arguments are '3', expected an object",
        ),
        ({"output": [{**CALL, "result": 3}]}, "output: call 1 has the unknown key 'result'"),
        ({"output": {"role": "user", "content": "x"}}, "output: a message of the role 'user'"),
        ({"output": {"content": "x", "audio": 1}}, "output: a message with the key 'audio'"),
        ({"feedback": {"corrections": {"calls": [3]}}}, "corrections: call 1 is 3, expected an object"),
        ({"feedback": {"corrections": 3}}, "corrections: 3, expected a text"),
        ({"task": {"a": "x", "b": "y"}, "output": "x"}, "task: an object with a, b, expected a text"),
        ({"task": 3, "output": "x"}, "task: 3, expected a text"),
    ],
)
def test_what_is_no_answer_is_refused_with_what_was_found(fields: dict[str, Any], reason: str) -> None:
    found = dialogue_row(logged(**fields), RowRequest())
    assert isinstance(found, Drop)
    assert found.reason == InteractionDrop.MALFORMED
    assert found.detail.startswith(reason)


LABELS = RowRequest(labels=["it_vpn", "it_wifi"])


@pytest.mark.parametrize(
    ("output", "corrections", "label"),
    [
        ("it_vpn", None, "it_vpn"),
        ({"label": "it_vpn"}, None, "it_vpn"),
        ({"intent": "it_vpn", "confidence": 0.9}, "", "it_vpn"),
        ("I will look into it.", None, None),
        (None, None, None),
        ("it_vpn", "it_wifi", "it_wifi"),
        ("it_vpn", {"label": "it_wifi"}, "it_wifi"),
        ("it_vpn", "the printer", "the printer"),  # no label of the task: refused where labels are checked
    ],
)
def test_a_query_has_the_label_of_the_correction_else_of_the_output(
    output: object, corrections: object, label: str | None
) -> None:
    line = logged(task="my vpn drops", output=output, feedback={"corrections": corrections})
    assert query_row(line, LABELS) == ArrangedRow({"text": "my vpn drops"}, label)


def test_the_only_argument_of_a_function_is_the_query() -> None:
    assert query_row(logged(task={"text": "my vpn drops"}), LABELS) == ArrangedRow({"text": "my vpn drops"})


def test_a_correction_that_is_no_name_is_refused() -> None:
    found = query_row(logged(task="my vpn drops", feedback={"corrections": {"calls": [CALL]}}), LABELS)
    assert isinstance(found, Drop)
    assert "expected the name of a label" in found.detail
