"""The layouts that LLaMA-Factory and AutoTrain document, checked on what `export` wrote.

LLaMA-Factory: `data/README.md` and `src/llamafactory/data/converter.py`. It skips a row whose turns do not alternate or
that does not end with an answer. AutoTrain: a column of messages with `role` and `content`, the roles in turn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.exported import BOTH, PARIS, USER, WEATHER, line_of, tools_task
from winnow.curation.io.writers import WRITERS
from winnow.curation.io.writers.export_format import QueryRow
from winnow.validators.tools.dialogue import Dialogue, Role, Turn
from winnow.workspace import Workspace

COLUMNS = {"prompt", "query", "response", "history", "messages", "system", "tools"}
SIDES = (("human", "observation"), ("gpt", "function_call"))
LONG = Dialogue((*BOTH.turns, USER, Turn(Role.ASSISTANT, "", (PARIS,))), (WEATHER,))


def llama_factory_problems(line: Mapping[str, Any], entry: Mapping[str, Any]) -> list[str]:
    """Why LLaMA-Factory would skip or misread a row, by its entry in `dataset_info.json`."""
    columns = entry["columns"]
    problems = [f"unknown column {name}" for name in columns.keys() - COLUMNS]
    problems += [f"no column {name}" for name in columns.values() if name not in line]
    texts = [line[columns[name]] for name in ("prompt", "query", "response", "system", "tools") if name in columns]
    problems += ["a column that is not text" for text in texts if not isinstance(text, str)]
    if "tools" in columns:
        tools = json.loads(line[columns["tools"]])
        problems += ["a tool without properties" for tool in tools if "properties" not in tool["parameters"]]
    if entry["formatting"] == "sharegpt":
        return [*problems, *_turn_problems(line[columns["messages"]])]
    pairs = line[columns["history"]] if "history" in columns else []
    return problems + ["no pair of texts" for pair in pairs if [*map(type, pair)] != [str, str]]


def _turn_problems(turns: list[dict[str, str]]) -> list[str]:
    wrong = [f"turn {n}: {turn['from']}" for n, turn in enumerate(turns) if turn["from"] not in SIDES[n % 2]]
    for turn in turns:
        calls = json.loads(turn["value"]) if turn["from"] == "function_call" else []
        for call in calls if isinstance(calls, list) else [calls]:
            wrong += [] if {"name", "arguments"} == call.keys() else [f"a call with the keys {sorted(call)}"]
    return wrong if len(turns) % 2 == 0 else [*wrong, "it does not end with an answer"]


@pytest.mark.parametrize("call_format", ["fenced_json", "openai_tool_calls"])
@pytest.mark.parametrize("name", ["sharegpt", "alpaca"])
@pytest.mark.parametrize("dialogue", [BOTH, LONG, Dialogue((USER, Turn(Role.ASSISTANT, "Hello.")))])
def test_llama_factory_reads_every_row(name: str, call_format: str, dialogue: Dialogue) -> None:
    task, columns = tools_task(call_format), WRITERS[name].dataset_columns
    assert columns is not None
    assert llama_factory_problems(line_of(dialogue, name, task), columns(task)) == []


def test_the_turns_after_the_last_answer_are_cut_so_that_no_row_is_skipped() -> None:
    line = line_of(Dialogue(BOTH.turns[:4], BOTH.tools), "sharegpt")
    assert [turn["from"] for turn in line["conversations"]] == ["human", "gpt"]
    broken = [{"from": "human", "value": "Hello."}]
    assert _turn_problems(broken) == ["it does not end with an answer"]
    assert _turn_problems([*broken, *broken]) == ["turn 1: human"]


@pytest.mark.parametrize("name", ["sharegpt", "alpaca"])
def test_the_files_of_an_export_have_their_entries(frozen_example: Workspace, tmp_path: Path, name: str) -> None:
    result = frozen_example.export("first", name, out=tmp_path)
    entries = json.loads((tmp_path / "dataset_info.json").read_text())
    assert entries == result.exported.dataset_info
    assert {entry["file_name"] for entry in entries.values()} == set(result.rows)
    for entry in entries.values():
        for line in (tmp_path / entry["file_name"]).read_text().splitlines():
            assert llama_factory_problems(json.loads(line), entry) == []


@pytest.mark.parametrize("name", ["chat", "openai", "trl_messages"])
def test_autotrain_reads_the_messages_of_queries(name: str) -> None:
    write = WRITERS[name].query
    assert write is not None
    messages = write(QueryRow("x1", "Where is it?", "find"))["messages"]
    assert [message.keys() for message in messages] == [{"role", "content"}] * 2
    assert [message["role"] for message in messages] == ["user", "assistant"]
