"""Workspaces with some dialogues of examples/assistant."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import winnow
from tests.support.paths import ROOT
from tests.support.workspaces import waive_failing
from winnow.curation.io.readers.columns import Columns
from winnow.workspace import Workspace

ASSISTANT = ROOT / "examples" / "assistant"

TASK_FILES = ("winnow.yaml", "tools.json", "system_prompt.txt")


def small_assistant(folder: Path, *, every: int = 4, more: str = "") -> Workspace:
    """A workspace with one in `every` dialogues of the example; `more` is appended to its `winnow.yaml`."""
    folder.mkdir()
    for name in TASK_FILES:
        shutil.copy(ASSISTANT / name, folder)
    task = folder / "winnow.yaml"
    task.write_text(task.read_text() + more)
    lines = (ASSISTANT / "dialogues.jsonl").read_text().splitlines()
    (folder / "some.jsonl").write_text("\n".join(lines[::every]))
    made = winnow.open(folder)
    made.add(folder / "some.jsonl", license="own", columns=Columns(group="group"))
    return made


def freeze_assistant(folder: Path) -> None:
    """The same, frozen as `first`; gates that so few dialogues fail are waived."""
    workspace = small_assistant(folder)
    waive_failing(workspace)
    workspace.freeze("first")


def example_rows() -> list[dict[str, object]]:
    """The dialogues of the example as its file has them."""
    return [json.loads(line) for line in (ASSISTANT / "dialogues.jsonl").read_text().splitlines()]
