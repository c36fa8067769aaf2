"""Workspaces of dialogues, and rows with one call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import winnow
from winnow.workspace import Workspace

ARGUMENTS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

TOOLS = [{"name": name, "description": name, "parameters": ARGUMENTS} for name in ("weather", "traffic")]


def tools_workspace(folder: Path) -> Workspace:
    """A workspace for dialogues with these two tools."""
    folder.mkdir()
    (folder / "tools.json").write_text(json.dumps(TOOLS))
    (folder / "winnow.yaml").write_text("name: t\nkind: tools\ntools: tools.json\nlicenses: {allow: [unknown]}\n")
    return winnow.open(folder)


def dialogue(
    question: str,
    city: str,
    *,
    tool: str = "weather",
    result: str = "fine",
    tools: list[Any] = TOOLS,
    **columns: object,
) -> dict[str, object]:
    """A row in which the assistant makes one call and answers from its result."""
    call = {"id": "x", "type": "function", "function": {"name": tool, "arguments": json.dumps({"city": city})}}
    messages: list[dict[str, object]] = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": "I will look.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "x", "content": result},
        {"role": "assistant", "content": f"It is {result}."},
    ]
    return {"messages": messages, "tools": tools, **columns}


def dialogue_id(row: dict[str, object]) -> str:
    """The id of the record of a row."""
    from winnow.config.load import parse_task
    from winnow.core.example import record_id
    from winnow.validators.kinds.tools import TOOLS as KIND

    content = KIND.parse(row, parse_task("name: t\nkind: tools\n"))
    assert isinstance(content, str), content
    return record_id("tools", content)
