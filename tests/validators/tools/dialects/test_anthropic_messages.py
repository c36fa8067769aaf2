from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.dialogues import tools_workspace
from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError
from winnow.validators.tools.dialects.system_rows import SYSTEM_ROWS
from winnow.validators.tools.dialogue import Call, Role, Turn


def user(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": [*blocks]}


def assistant(*blocks: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": [*blocks]}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def use(identity: str, city: str = "Paris") -> dict[str, Any]:
    return {"type": "tool_use", "id": identity, "name": "weather", "input": {"city": city}}


def result(identity: str, content: Any = "18", **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": identity, "content": content, **more}


THINKING = {"type": "thinking", "thinking": "two", "signature": "s"}
ASKED = {"role": "user", "content": "weather in Paris and Rome?"}


def test_blocks_become_turns_with_results_before_what_the_user_says() -> None:
    found = read_dialogue(
        [
            ASKED,
            assistant(THINKING, text("Looking."), use("a"), use("b", "Rome")),
            user(result("b", [text("20"), text("sunny")]), result("a"), text("Well?")),
            assistant(text("18 "), text("and 20.")),
        ]
    )  # fmt: skip
    calls = (Call("call_1", "weather", {"city": "Paris"}), Call("call_2", "weather", {"city": "Rome"}))
    assert found.turns == (
        Turn(Role.USER, "weather in Paris and Rome?"),
        Turn(Role.ASSISTANT, "Looking.", calls, reasoning="two"),
        Turn(Role.TOOL, "20\nsunny", call_id="call_2"),
        Turn(Role.TOOL, "18", call_id="call_1"),
        Turn(Role.USER, "Well?"),
        Turn(Role.ASSISTANT, "18 and 20."),
    )
    assert found.raw_calls == ('{"city": "Paris"}', '{"city": "Rome"}')


def test_a_failed_result_keeps_its_mark_and_an_empty_one_is_empty() -> None:
    found = read_dialogue(
        [
            ASKED,
            assistant(use("a"), use("b")),
            user(result("a", "no", is_error=True), result("b", None, is_error=False)),
        ]
    )
    assert [turn.content for turn in found.turns[2:]] == ['{"is_error": true, "content": "no"}', ""]


@pytest.mark.parametrize(
    ("messages", "problem"),
    [
        ([assistant(use("a")), user(text("x"), result("a"))], r"message 3: text of the user before the result of 'a'"),
        ([assistant(use("a")), user(result("z"))], r"message 3: a result for the call 'z', which was not made"),
        ([assistant(use("a"), text("x"))], r"message 2: a block of type 'text' after a call"),
        ([assistant(use("a"), use("a"))], r"an earlier call has the id 'a' too"),
        ([assistant({**use("a"), "input": "Paris"})], r"message 2: 'weather': the arguments are not JSON"),
        ([assistant({**use("a"), "input": None})], r"'weather': the arguments are 'None', expected an object"),
        ([assistant({**use("a"), "extra": 1})], r"unknown key 'extra' of a block of type 'tool_use'"),
        ([assistant({"type": "tool_use", "name": "f", "input": {}})], r"of type 'tool_use' without the text 'id'"),
        ([assistant({"type": "redacted_thinking", "data": "x"})], r"a block of type 'redacted_thinking' in an answer"),
        ([assistant(use("a")), user(result("a", [{"type": "image"}]))], r"a block of type 'image', expected 'text'"),
        ([assistant(use("a")), user(result("a", is_error="yes"))], r"is_error is 'yes'"),
        ([assistant(use("a")), user({"type": "document"})], r"a block of type 'document'"),
        ([assistant(use("a")), {"role": "tool", "content": "x"}], r"message 3: role 'tool', expected assistant"),
        ([{**assistant(use("a")), "weight": 0.5}], r"message 2: weight 0.5, expected 0 or 1"),
        ([{**assistant(use("a")), "usage": {}}], r"message 2: unknown key 'usage' of a message"),
    ],
)  # fmt: skip
def test_what_breaks_the_form_is_named(messages: list[Any], problem: str) -> None:
    with pytest.raises(DialogueError, match=problem):
        read_dialogue([ASKED, *messages])


def test_the_system_prompt_next_to_the_messages_is_the_first_message() -> None:
    row = {"system": [text("Be kind."), text("Be brief.")], "messages": json.dumps([ASKED, assistant(use("a"))])}
    assert SYSTEM_ROWS.recognizes(row)
    arranged = SYSTEM_ROWS.arrange(row)
    assert not isinstance(arranged, Drop)
    assert read_dialogue(arranged.content["messages"]).system == "Be kind.\n\nBe brief."
    assert not SYSTEM_ROWS.recognizes({"messages": [ASKED], "system": None})
    assert isinstance(SYSTEM_ROWS.arrange({**row, "system": 7}), Drop)
    assert isinstance(SYSTEM_ROWS.arrange({**row, "messages": "["}), Drop)


def test_a_call_without_its_result_and_a_user_who_speaks_too_early_are_dropped(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    says = assistant(text("18 degrees."))
    lines: list[dict[str, Any]] = [
        {"messages": [ASKED, assistant(use("a")), user(result("a")), says], "system": "Be kind."},
        {"messages": [ASKED, assistant(use("a"), use("b")), user(result("a")), says]},
        {"messages": [ASKED, assistant(use("a")), user(result("a"), text("and Rome?")), says]},
        {"messages": [ASKED, {"role": "assistant", "content": "Which one?"}]},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    added = workspace.add(tmp_path / "rows.jsonl", origin="public", license="own")
    assert (added.given, added.added, added.reasons) == (4, 2, {DropReason.MALFORMED_DIALOGUE: 2})
    assert added.dropped_file is not None
    details = [json.loads(line)["detail"] for line in Path(added.dropped_file).read_text().splitlines()]
    assert details[0].startswith("turn 2: call 'call_2' has no result before turn 4")
    assert details[1].startswith("turn 4: ")
