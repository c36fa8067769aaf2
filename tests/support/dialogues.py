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


CITIES = ("Rome", "Oslo", "Lima", "Cairo", "Quito", "Seoul", "Paris", "Accra", "Delhi", "Dakar", "Hanoi", "Tunis")


def freeze_dialogues(folder: Path) -> None:
    """A workspace with 36 dialogues about two tools, frozen as `first`: each has splits, and answers with and without
    calls."""
    from tests.support.files import write_jsonl
    from tests.support.workspaces import waive_failing

    workspace = tools_workspace(folder)
    rows = []
    for number, city in enumerate(CITIES):
        split = {"split": ("train", "train", "validation", "test")[number % 4]}
        rows.append(dialogue(f"What is the weather in {city}?", city, result=f"{number} degrees", **split))
        rows.append(dialogue(f"How busy are the roads of {city}?", city, tool="traffic", result="calm", **split))
        rows.append(
            {
                "messages": [
                    {"role": "user", "content": f"Tell me a joke about {city}."},
                    {"role": "assistant", "content": f"{city} walks into a bar, number {number}."},
                ],
                "tools": TOOLS,
                "label": "direct",
                **split,
            }
        )
    workspace.add(write_jsonl(folder / "rows.jsonl", rows), license="unknown")
    waive_failing(workspace)
    workspace.freeze("first")
