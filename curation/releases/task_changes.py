"""What changed in the tools and the system prompt of a task between two releases."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from winnow.config.task import Task
from winnow.core.vocabulary import ChangeKind
from winnow.validators.kinds.tools import offered_by_task
from winnow.validators.tools.dialogue import Tool

SYSTEM_PROMPT = "system prompt"


class TaskChange(NamedTuple):
    """One tool that differs, or the system prompt."""

    what: str
    """`tool NAME`, or `system prompt`."""
    change: str
    """`added`, `removed` or `changed`."""
    details: list[str]
    """What differs, one sentence or line each."""


def task_changes(old: Task, new: Task) -> list[TaskChange]:
    """The tools that were added, removed or changed, by name, and the changed lines of the system prompt."""
    before, after = ({tool.name: tool for tool in offered_by_task(task)} for task in (old, new))
    found = [
        change
        for name in sorted(before.keys() | after.keys())
        if (change := _tool_change(name, before.get(name), after.get(name)))
    ]
    return [*found, *_prompt_changes(old.system_prompt_text, new.system_prompt_text)]


def _tool_change(name: str, was: Tool | None, now: Tool | None) -> TaskChange | None:
    if was is None or now is None:
        known = was or now
        details = [f"arguments: {', '.join(known.properties) or 'none'}"] if known else []
        return TaskChange(f"tool {name}", ChangeKind.ADDED if was is None else ChangeKind.REMOVED, details)
    details = list(_tool_details(was, now))
    return TaskChange(f"tool {name}", "changed", details) if details else None


def _tool_details(was: Tool, now: Tool) -> Iterator[str]:
    if was.description != now.description:
        yield f"description: {was.description!r} → {now.description!r}"
    for name in sorted(was.properties.keys() | now.properties.keys()):
        yield from _argument_details(name, was, now)
    others = [{key: value for key, value in tool.parameters.items() if key not in READ_KEYS} for tool in (was, now)]
    if others[0] != others[1]:
        yield f"schema: {_json(others[0])} → {_json(others[1])}"
    elif list(was.properties) != list(now.properties) and was.properties.keys() == now.properties.keys():
        yield f"order of arguments: {', '.join(was.properties)} → {', '.join(now.properties)}"


READ_KEYS = frozenset({"properties", "required"})
"""Keys of a schema that are compared argument by argument."""


def _argument_details(name: str, was: Tool, now: Tool) -> Iterator[str]:
    if name not in was.properties:
        yield f"argument {name} added{' (required)' if name in now.required else ''}: {_json(now.properties[name])}"
    elif name not in now.properties:
        yield f"argument {name} removed"
    else:
        if was.properties[name] != now.properties[name]:
            yield f"argument {name}: {_json(was.properties[name])} → {_json(now.properties[name])}"
        if (name in was.required) != (name in now.required):
            yield f"argument {name} is {'required' if name in now.required else 'optional'} now"


def _prompt_changes(was: str, now: str) -> Iterator[TaskChange]:
    if was != now:
        lines = difflib.unified_diff(was.splitlines(), now.splitlines(), lineterm="", n=0)
        details = [line for line in lines if line[:3] not in ("---", "+++") and not line.startswith("@@")]
        yield TaskChange(SYSTEM_PROMPT, "changed", details or ["only white space at line ends"])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
