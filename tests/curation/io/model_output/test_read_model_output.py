from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import winnow
from tests.support.dialogues import TOOLS, tools_workspace
from tests.support.files import read_dropped, write_jsonl
from winnow.core.errors import WinnowError

CALL = '<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call><|im_end|>'


def row(*answers: Any, **columns: Any) -> dict[str, Any]:
    first, *rest = answers
    messages = [{"role": "user", "content": "Weather in Paris?"}, {"role": "assistant", "content": first}]
    for answer in rest:
        messages += [{"role": "tool", "content": "sunny"}, {"role": "assistant", "content": answer}]
    return {"messages": messages, "tools": TOOLS, **columns}


def test_dialogues_whose_answers_are_raw_output_are_added(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    good = row(CALL, "<think>\nIt says so.\n</think>\n\nIt is sunny.<|im_end|>")
    as_text = {**row("Which city?"), "messages": json.dumps(row("Which city?")["messages"])}
    calls = {"role": "assistant", "content": "x", "tool_calls": [{}]}
    rows = [good, as_text, row(CALL.replace("city", 'city": 1, "city', 1)), {**row("a"), "messages": [calls]}]
    path = write_jsonl(tmp_path / "raw.jsonl", [*rows, {**row("a"), "messages": "[{"}])
    added = workspace.add(path, license="own", origin="public", model_output="qwen")
    assert (added.given, added.added, added.reasons) == (5, 2, {"malformed_dialogue": 3})
    details = [line["detail"] for line in read_dropped(added.dropped_file)]
    assert [detail[:40] for detail in details] == [
        "message 2: not valid output of qwen: '1,",
        "message 1: calls in addition to the text",
        "the messages are not JSON: Expecting pro",
    ]
    turns = [json.loads(json.loads(content)["messages"]) for content in workspace.records()["content"]]
    called = next(one for one in turns if len(one) == 4)
    assert called[1]["calls"] == [{"id": "call_1", "name": "weather", "arguments": {"city": "Paris"}}]
    assert (called[3]["content"], called[3]["reasoning"]) == ("It is sunny.", "It says so.")


@pytest.mark.parametrize("known_source", [True, False])
def test_a_repaired_row_is_read_as_raw_output_again(tmp_path: Path, known_source: bool) -> None:
    workspace = tools_workspace(tmp_path / "w")
    path = write_jsonl(tmp_path / "raw.jsonl", [row(CALL), row("<tool_call>", "Sunny.")])
    dropped = workspace.add(path, license="own", origin="public", model_output="qwen").dropped_file
    (line,) = read_dropped(dropped)
    line["row"]["messages"] = row(CALL, "It is sunny.")["messages"]
    fixed = write_jsonl(tmp_path / "fixed.jsonl", [line])
    other = workspace if known_source else tools_workspace(tmp_path / "other")
    with pytest.raises(WinnowError, match=r"llama3 for dropped rows"):
        other.add(fixed, model_output="llama3")
    assert other.add(fixed).added == 1
    line["source"]["settings"]["model_output"] = ["nothing"]
    if not known_source:
        damaged = write_jsonl(tmp_path / "damaged.jsonl", [line])
        with pytest.raises(WinnowError, match=r"model_output|nothing"):
            tools_workspace(tmp_path / "third").add(damaged)


def test_raw_output_is_only_for_dialogues_and_for_known_forms(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "raw.jsonl", [row(CALL)])
    with pytest.raises(WinnowError, match=r"raw output of a model for a task of kind intents"):
        winnow.init(tmp_path / "w").add(path, model_output="qwen")
    with pytest.raises(WinnowError, match=r"model_output: .*qwin"):
        tools_workspace(tmp_path / "tools").add(path, model_output="qwin")
