from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.dialogues import TOOLS, tools_workspace
from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.xlam_rows import XLAM
from winnow.validators.tools.dialogue import Call, Role, Turn


def row(answers: Any, query: str = "Weather in Paris and Rome?") -> dict[str, Any]:
    text = answers if isinstance(answers, str) else json.dumps(answers)
    return {"id": 1, "query": query, "answers": text, "tools": json.dumps(TOOLS)}


PARIS = {"name": "weather", "arguments": {"city": "Paris"}}
ROME = {"name": "weather", "arguments": {"city": "Rome"}}


def test_a_row_is_a_question_and_its_calls() -> None:
    given = row([PARIS, ROME])
    assert XLAM.recognizes(given)
    arranged = XLAM.arrange(given)
    assert not isinstance(arranged, Drop)
    found = read_dialogue(arranged.content["messages"])
    calls = (Call("call_1", "weather", {"city": "Paris"}), Call("call_2", "weather", {"city": "Rome"}))
    assert found.turns == (Turn(Role.USER, "Weather in Paris and Rome?"), Turn(Role.ASSISTANT, calls=calls))
    assert found.raw_calls == ('{"city": "Paris"}', '{"city": "Rome"}')


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ("[{", "the answers are "),
        ('[{"name": "weather", "arguments": {"city": "Paris", "city": "Rome"}}]', "the answers are "),
        ("{}", "the answers are not a list of calls"),
        ([], "the answers hold no call"),
        ([{"arguments": {}}], "answer 1 names no tool"),
        ([PARIS, {"name": "weather", "arguments": "Rome"}], "answer 2: the arguments of 'weather' are not an object"),
        ([{**PARIS, "result": 3}], "answer 1: unknown key 'result'"),
    ],
)
def test_a_row_with_other_answers_is_dropped_with_the_reason(answers: Any, reason: str) -> None:
    arranged = XLAM.arrange(row(answers))
    assert isinstance(arranged, Drop)
    assert arranged.reason == DropReason.MALFORMED_DIALOGUE
    assert arranged.detail.startswith(reason)


def test_rows_of_a_layout_and_rows_of_messages_are_added_from_one_file(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    messages = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "Hello! How can I help?"}]
    lines = [row([PARIS]), row("[{"), {"messages": messages}, {"other": 1}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    added = workspace.add(tmp_path / "rows.jsonl", origin="public", license="own")
    assert (added.given, added.added, added.reasons) == (4, 2, {DropReason.MALFORMED_DIALOGUE: 2})
    assert added.notes[0].startswith("rows.jsonl: xLAM (2 rows), messages = 'messages', tools = 'tools'")


def test_a_repaired_row_of_a_layout_is_added_from_the_file_of_dropped_rows(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    (tmp_path / "rows.jsonl").write_text(json.dumps(row([PARIS])) + "\n" + json.dumps(row("[{", "In Rome?")) + "\n")
    dropped = workspace.add(tmp_path / "rows.jsonl", origin="public", license="own").dropped_file
    assert dropped is not None
    line = json.loads(Path(dropped).read_text())
    line["row"]["answers"] = json.dumps([ROME])
    Path(dropped).write_text(json.dumps(line))
    added = workspace.add(dropped)
    assert (added.added, added.dropped) == (1, 0)
