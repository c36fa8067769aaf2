"""From an app to a labeled record: what `winnow.log_interaction` writes, `add` reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import winnow
from winnow.interaction_log import current_interaction, last_interaction_id

PRIVATE = "ann.lee@firm.co.uk"
TOOLS = [
    {
        "name": "create_task",
        "description": "Add something to do.",
        "parameters": {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
    }
]


def feedback(log: Path, **fields: Any) -> None:
    assert winnow.log_interaction(log, about=last_interaction_id(), feedback=fields)


def test_a_router_and_its_feedback(tmp_path: Path) -> None:
    ws = winnow.init(tmp_path / "ws")
    log = tmp_path / "ws" / "logs" / "router.jsonl"

    @winnow.log_interaction(log, agent_role="router")
    def route(query: str) -> str:
        return "billing"

    route(f"I was charged twice, mail {PRIVATE}")
    feedback(log, rating=5)
    route("change my login name")
    feedback(log, rating=1, corrections={"label": "account"})
    first = ws.add(log, license="own")
    assert (first.given, first.added, first.dropped) == (4, 2, 0)
    labels = dict(zip(ws.records()["text"], ws.records()["label"], strict=True))
    assert labels.pop("change my login name") == "account"
    assert list(labels.values()) == ["billing"]
    assert PRIVATE not in str(labels)
    route("where is my invoice")
    feedback(log, rating=5)
    assert ws.add(log, license="own").added == 1  # the log has grown: only what is new is taken


def test_a_conversation_with_calls(tmp_path: Path) -> None:
    ws = winnow.init(tmp_path / "ws", template="tools")
    log = tmp_path / "ws" / "logs" / "assistant.jsonl"

    @winnow.log_interaction(log, tools=TOOLS)
    def assistant(text: str) -> str:
        title = text.removeprefix("Please note: ")
        function = {"name": "create_task", "arguments": json.dumps({"title": title})}
        messages = [
            {"role": "user", "content": text},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"type": "function", "id": "c1", "function": function}],
            },
            {"role": "tool", "tool_call_id": "c1", "content": '{"ok": true}'},
            {"role": "assistant", "content": "It is noted."},
        ]
        current_interaction().add(messages=messages, result={"tests_passed": True})  # type: ignore[union-attr]
        return "It is noted."

    assistant(f"Please note: write to {PRIVATE}")
    assert ws.add(log, license="own").added == 1
    (content,) = ws.records()["content"]
    assert PRIVATE not in content
    turns = json.loads(json.loads(content)["messages"])
    (title,) = [one["arguments"]["title"] for turn in turns for one in turn.get("calls", ())]
    assert title.startswith("write to user")
    assert title in turns[0]["content"]
