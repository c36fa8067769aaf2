"""A task with two tools, a foreign file with other ones, and the mapping between them."""

from __future__ import annotations

import json
from typing import Any

from winnow.config.tool_mapping import ToolMapping
from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.schemas.read_tools import read_tools

OWN = [
    {
        "name": "book_table",
        "description": "Book a table.",
        "parameters": {
            "type": "object",
            "properties": {
                "people": {"type": "integer"},
                "area": {"type": "string", "enum": ["inside", "outside"]},
                "when": {"type": "object", "properties": {"day": {"type": "string"}, "time": {"type": "string"}}},
                "currency": {"type": "string"},
            },
            "required": ["people"],
        },
    },
    {
        "name": "find_film",
        "description": "Find a film.",
        "parameters": {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
    },
]
"""The tools of the task."""

OWN_TOOLS: dict[str, Tool] = {tool.name: tool for tool in read_tools(OWN).tools}
"""The same as they are read."""

FOREIGN = [
    {"name": name, "description": name, "parameters": {"type": "object", "properties": properties}}
    for name, properties in (
        ("reserve_restaurant", {"guests": {"type": "integer"}, "terrace": {"type": "boolean"}}),
        ("get_movie", {"movie": {"type": "string"}}),
        ("get_news", {"topic": {"type": "string"}}),
    )
]
"""The tools of the file."""

MAPPING = {
    "tools": {
        "reserve_restaurant": {
            "tool": "book_table",
            "arguments": {"guests": "people", "terrace": "area", "date": "when.day"},
            "values": {"area": {"true": "outside", "false": "inside"}},
            "set": {"currency": "EUR"},
            "drop": ["trace_id"],
        },
        "get_movie": {"tool": "find_film", "arguments": {"movie": "title"}},
    },
}
"""What the foreign tools are in the task; `get_news` is none of them."""


def mapping(**changes: Any) -> ToolMapping:
    """The mapping of one foreign tool with other details than above."""
    return ToolMapping.model_validate({"tools": {"reserve_restaurant": {"tool": "book_table", **changes}}})


def foreign_dialogue(question: str, *calls: tuple[str, dict[str, Any]], **columns: object) -> dict[str, object]:
    """A row in which the assistant makes these calls and answers in the end."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": question}]
    for number, (name, arguments) in enumerate(calls):
        call = {"id": f"x{number}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        messages += [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": f"x{number}", "content": "done"},
        ]
    messages.append({"role": "assistant", "content": f"Done: {question}"})
    return {"messages": messages, "tools": FOREIGN, **columns}
