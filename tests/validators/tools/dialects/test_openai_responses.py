from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.dialogues import TOOLS, tools_workspace
from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError, PairedBy, SourceDialogue
from winnow.validators.tools.dialects.openai_responses_rows import OPENAI_RESPONSES_ROWS
from winnow.validators.tools.dialogue import Call, Role, Turn


def message(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": content, **more}


def call(identity: str | None, arguments: Any = '{"city": "Paris"}', **more: Any) -> dict[str, Any]:
    own = {} if identity is None else {"call_id": identity}
    return {"type": "function_call", "name": "weather", "arguments": arguments, **own, **more}


def output(identity: str | None, text: Any) -> dict[str, Any]:
    own = {} if identity is None else {"call_id": identity}
    return {"type": "function_call_output", "output": text, **own}


ASKED = message("user", [{"type": "input_text", "text": "weather in Paris and Rome?"}])
SAID = message(
    "assistant", [{"type": "output_text", "text": "18 and 20.", "annotations": []}], id="m", status="completed"
)
THOUGHT = {
    "type": "reasoning",
    "id": "r",
    "summary": [{"type": "summary_text", "text": "two"}],
    "encrypted_content": "x",
}
CALLS = (Call("call_1", "weather", {"city": "Paris"}), Call("call_2", "weather", {"city": "Rome"}))


def test_items_of_one_answer_become_one_turn() -> None:
    looking = message("assistant", "Looking.")
    found = read_dialogue(
        [message("developer", "Be kind."), ASKED, THOUGHT, looking, call("a"), call("b", '{"city":"Rome"}'),
         output("b", [{"type": "input_text", "text": "20"}]), output("a", "18"), SAID]
    )  # fmt: skip
    assert found.turns == (
        Turn(Role.USER, "weather in Paris and Rome?"),
        Turn(Role.ASSISTANT, "Looking.", CALLS, reasoning="two"),
        Turn(Role.TOOL, "20", call_id="call_2"),
        Turn(Role.TOOL, "18", call_id="call_1"),
        Turn(Role.ASSISTANT, "18 and 20."),
    )
    assert (found.system, found.raw_calls) == ("Be kind.", ('{"city": "Paris"}', '{"city":"Rome"}'))


def test_items_without_ids_are_paired_in_order_and_messages_need_no_type() -> None:
    items = [{"role": "user", "content": "x"}, call(None), output(None, "18"), {"role": "assistant", "content": "18."}]
    found = read_dialogue(items)
    assert (found.turns[2].call_id, found.paired_by) == ("call_1", PairedBy.ORDER)


def test_two_answers_in_a_row_stay_two_turns() -> None:
    found = read_dialogue(
        [ASKED, call("a"), SAID, {**THOUGHT, "content": [{"type": "reasoning_text", "text": "long"}]}]
    )
    assert [(turn.content, len(turn.calls), turn.reasoning) for turn in found.turns[1:]] == [
        ("", 1, ""), ("18 and 20.", 0, ""), ("", 0, "long"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        (call("a", "{"), r"message 2: 'weather': the arguments are not JSON"),
        (call("a", status="incomplete"), r"message 2: an item with the status 'incomplete'"),
        (call("a", weight=0.5), r"message 2: weight 0.5, expected 0 or 1"),
        (call("a", namespace="crm"), r"unknown key 'namespace' of an item of type 'function_call'"),
        ({**call("a"), "call_id": 3}, r"without the text 'call_id'"),
        (output("z", "18"), r"a result for the call 'z', which was not made"),
        ({"type": "web_search_call", "id": "w"}, r"an item of type 'web_search_call', expected message, function_call"),
        (message("critic", "x"), r"role 'critic', expected user"),
        (message("user", [{"type": "input_image"}]), r"a block of type 'input_image'"),
        ({"type": "reasoning", "summary": [{"type": "summary_text"}]}, r"without the text 'text'"),
    ],
)
def test_an_item_that_cannot_be_read_is_named(item: dict[str, Any], problem: str) -> None:
    with pytest.raises(DialogueError, match=problem):
        read_dialogue([ASKED, item])


def arranged(row: dict[str, Any]) -> SourceDialogue | Drop:
    assert OPENAI_RESPONSES_ROWS.recognizes(row)
    found = OPENAI_RESPONSES_ROWS.arrange(row)
    return found if isinstance(found, Drop) else read_dialogue(found.content["messages"])


ROW = {"instructions": "Be kind.", "input": [ASKED, call("a"), output("a", "18")], "output": [THOUGHT, SAID]}


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        {"request": {key: ROW[key] for key in ("instructions", "input")}, "response": {"output": ROW["output"]}},
    ],
)
def test_of_input_and_output_the_output_is_learned(row: dict[str, Any]) -> None:
    found = arranged(row)
    assert isinstance(found, SourceDialogue)
    assert [(turn.role, turn.train) for turn in found.turns] == [
        (Role.USER, True), (Role.ASSISTANT, False), (Role.TOOL, True), (Role.ASSISTANT, True),
    ]  # fmt: skip
    assert found.system == "Be kind."


def test_a_whole_dialogue_as_input_is_learned() -> None:
    found = arranged({"input": [ASKED, SAID]})
    assert isinstance(found, SourceDialogue)
    assert [turn.train for turn in found.turns] == [True, True]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "incomplete"}, "the response has the status 'incomplete'"),
        ({"previous_response_id": "resp_1"}, "the turns before it are in another response, 'resp_1'"),
        ({"input": None}, "the row has no input"),
        ({"input": [1]}, "input is '[1]', expected a text or a list of items"),
        ({"instructions": 4}, "instructions is '4'"),
    ],
)
def test_a_row_without_its_whole_dialogue_is_dropped(change: dict[str, Any], reason: str) -> None:
    found = arranged({**ROW, **change})
    assert isinstance(found, Drop)
    assert found.detail.startswith(reason)


def test_rows_with_flat_tools_are_added(tmp_path: Path) -> None:
    tools = [{"type": "function", **tool} for tool in TOOLS]
    lines: list[dict[str, Any]] = [
        {"input": "Weather in Paris?", "output": [call("a")], "tools": tools},
        {"input": "Weather in Rome?", "output": [call("a", "[]")], "tools": tools},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    added = tools_workspace(tmp_path / "w").add(tmp_path / "rows.jsonl", origin="public", license="own")
    assert (added.given, added.added, added.reasons) == (2, 1, {DropReason.MALFORMED_DIALOGUE: 1})
