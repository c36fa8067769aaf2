"""Interaction logs: lines with one call, and logs in which feedback comes later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from winnow.workspace import Workspace

Line = Mapping[str, Any]


def call(city: str, tool: str = "weather") -> dict[str, Any]:
    """A call of one of the tools of `tests.support.dialogues`."""
    return {"name": tool, "arguments": {"city": city}}


def interaction(identity: str, task: str, output: object, *, second: int = 0, **fields: Any) -> Line:
    """A line in the form of another app."""
    return {"id": identity, "timestamp": _time(second), "agent_role": "r", "task": task, "output": output, **fields}


def update(about: str, *, second: int = 1, **fields: Any) -> Line:
    """A result or feedback that arrived later."""
    return {"about": about, "timestamp": _time(second), **fields}


def write_log(path: Path, lines: Sequence[Line]) -> Path:
    """A log with these lines."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def state_of(workspace: Workspace) -> dict[str, tuple[str, str, int, bool]]:
    """State, label, weight and whether it is superseded, of every record, by what it shows."""
    rows = workspace.records().to_dict("records")
    return {
        f"{row['text']} | {row['content']}": (row["state"], row["label"], row["weight"], bool(row["superseded_by"]))
        for row in rows
    }


def released_rows(workspace: Workspace) -> dict[str, tuple[str, int]]:
    """What a release could hold: the content of every labeled record with its label and weight."""
    return {
        key: (label, weight) for key, (state, label, weight, _) in state_of(workspace).items() if state == "labeled"
    }


def _time(second: int) -> str:
    return f"2026-01-01T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+00:00"
