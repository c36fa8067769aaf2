"""Workspaces with data in them."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import winnow
from tests.support.paths import EXAMPLE
from winnow.workspace import Workspace


def new_workspace(folder: Path, *labels: str, more: str = "") -> Workspace:
    """A workspace in a new folder, with these labels; `more` is appended to its `winnow.yaml`."""
    folder.mkdir()
    entries = "".join(f"  - name: {json.dumps(label)}\n" for label in labels)
    licenses = "" if "licenses:" in more else "licenses: {allow: [unknown]}\n"
    (folder / "winnow.yaml").write_text(f"name: test\nkind: intents\nlabels:\n{entries}{licenses}{more}")
    return winnow.open(folder)


def waive_failing(workspace: Workspace) -> None:
    """Waive every gate that fails on data that a test makes up."""
    for gate in workspace.check().gates:
        if gate.verdict == "fail":
            workspace.waive(gate.name, by="the tests", reason="made-up data", until=datetime.now(UTC).date())


def add_example(folder: Path, license: str = "Apache-2.0") -> Workspace:
    """A workspace with the shipped example added."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLE / "winnow.yaml", folder)
    workspace = winnow.open(folder)
    workspace.add(EXAMPLE / "labeled.jsonl", license=license)
    return workspace


def add_example_with_traffic(folder: Path) -> Workspace:
    """The same with the example's production traffic added and everything embedded."""
    from winnow.curation.io.readers.columns import Columns

    workspace = add_example(folder)
    workspace.add(EXAMPLE / "traffic.jsonl", license="Apache-2.0", columns=Columns(group="session"))
    workspace.check()  # embeds
    return workspace
