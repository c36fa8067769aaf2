from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.dialogues import TOOLS, tools_workspace
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.atif_rows import ATIF_ROWS
from winnow.validators.tools.dialects.dialect import DialogueError
from winnow.validators.tools.dialogue import Call, Role, Turn


def step(source: str, message: Any = "", **more: Any) -> dict[str, Any]:
    return {"step_id": 1, "timestamp": "2026-01-01T00:00:00Z", "source": source, "message": message, **more}


def call(identity: str, city: str = "Paris", **more: Any) -> dict[str, Any]:
    return {"tool_call_id": identity, "function_name": "weather", "arguments": {"city": city}, **more}


def seen(*results: dict[str, Any]) -> dict[str, Any]:
    return {"results": [*results]}


ASKED = step("user", "weather in Paris and Rome?")


def test_a_step_of_the_agent_holds_calls_and_their_results() -> None:
    observation = seen({"source_call_id": "b", "content": [{"type": "text", "text": "20"}]}, {"source_call_id": "a"})
    agent = step("agent", "Looking.", tool_calls=[call("a"), call("b", "Rome")], observation=observation)
    found = read_dialogue(
        [step("system", "Be kind."), ASKED, {**agent, "reasoning_content": "two", "metrics": {}}, step("agent", "20.")]
    )
    calls = (Call("call_1", "weather", {"city": "Paris"}), Call("call_2", "weather", {"city": "Rome"}))
    assert found.turns == (
        Turn(Role.USER, "weather in Paris and Rome?"),
        Turn(Role.ASSISTANT, "Looking.", calls, reasoning="two"),
        Turn(Role.TOOL, "20", call_id="call_2"),
        Turn(Role.TOOL, "", call_id="call_1"),
        Turn(Role.ASSISTANT, "20."),
    )
    assert (found.system, found.raw_calls[1]) == ("Be kind.", '{"city": "Rome"}')


@pytest.mark.parametrize("mark", [{"is_copied_context": True}, {"llm_call_count": 0}, {"extra": {"train": False}}])
def test_a_step_that_is_copied_made_without_a_model_or_marked_is_context(mark: dict[str, Any]) -> None:
    failed = step("agent", tool_calls=[call("a")], observation=seen({"source_call_id": "a", "content": "no"}), **mark)
    found = read_dialogue([ASKED, failed, step("agent", "Sorry.", llm_call_count=1, extra={"run": 1})])
    assert [turn.train for turn in found.turns if turn.role == Role.ASSISTANT] == [False, True]


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (step("environment", "x"), r"message 2: source 'environment', expected system, user, agent"),
        (step("agent", [{"type": "image"}]), r"message 2: a block of type 'image', expected 'text'"),
        (step("user", "x", observation=seen({"content": "y"})), r"calls or results in a step of the user"),
        (step("system", "compacted"), r"message 2: a system prompt after the first turn"),
        (step("agent", score=1), r"unknown key 'score' of a step"),
        (step("agent", tool_calls={}, reasoning_content=1), r"reasoning_content is not text"),
        (step("agent", tool_calls=[{"function_name": "f"}]), r"without the texts function_name and tool_call_id"),
        (step("agent", tool_calls=[call("a", arguments=[1])]), r"'weather': the arguments are '\[1\]'"),
        (step("agent", tool_calls=[call("a", result=1)]), r"unknown key 'result' of a call"),
        (step("agent", observation=[]), r"an observation without a list of results"),
        (step("agent", observation=seen({"content": "x"})), r"message 2: a result without a call"),
        (step("agent", observation=seen({"subagent_trajectory_ref": [{}]})), r"a result in another trajectory"),
        (step("agent", observation=seen({"source_call_id": "z"})), r"a result for the call 'z', which was not made"),
    ],
)
def test_a_step_that_cannot_be_read_is_named(broken: dict[str, Any], problem: str) -> None:
    with pytest.raises(DialogueError, match=problem):
        read_dialogue([ASKED, broken])


def trajectory(*steps: dict[str, Any], **agent: Any) -> dict[str, Any]:
    return {
        "schema_version": "ATIF-v1.7",
        "session_id": "s",
        "agent": {"name": "a", "version": "1", **agent},
        "steps": [*steps],
    }


def test_a_trajectory_is_one_row_of_a_file_or_the_whole_file(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    one = trajectory(ASKED, step("agent", tool_calls=[call("a")]), tool_definitions=TOOLS[:1])
    other = trajectory(step("user", "Rome?"), step("agent", tool_calls=[call("a", "Rome")]))
    assert ATIF_ROWS.recognizes(one)
    (tmp_path / "trajectory.json").write_text(json.dumps(one, indent=2))
    added = workspace.add(tmp_path / "trajectory.json", origin="log", license="own")
    assert (added.given, added.added) == (1, 1)
    (tmp_path / "more.jsonl").write_text(json.dumps(one) + "\n" + json.dumps(other))
    added = workspace.add(tmp_path / "more.jsonl", origin="log", license="own")
    assert (added.given, added.added, added.known) == (2, 1, 1)
    arranged = [ATIF_ROWS.arrange(row) for row in (one, other)]
    assert [(row.content["tools"], row.session) for row in arranged] == [(TOOLS[:1], "s"), (None, "s")]
