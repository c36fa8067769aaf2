"""Workspaces with data in them."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

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
    """A workspace with the shipped example added, and with the vectors of its texts."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLE / "winnow.yaml", folder)
    workspace = winnow.open(folder)
    workspace.add(EXAMPLE / "labeled.jsonl", license=license)
    if place := os.environ.get("WINNOW_TEST_VECTORS"):
        _copy_vectors(workspace, Path(place))
    return workspace


def _copy_vectors(workspace: Workspace, place: Path) -> None:
    """Copy the vectors of the example's texts, a cache, which one test process of the session computes."""
    with FileLock(place / "example.lock"):
        if not (place / "example.ready").exists():
            with tempfile.TemporaryDirectory() as scratch:
                copied = winnow.open(shutil.copytree(workspace.folder.root, Path(scratch) / "ws"))
                copied.check()  # embeds
                shutil.copytree(copied.folder.vectors, place / "example", dirs_exist_ok=True)
            (place / "example.ready").touch()
    shutil.copytree(place / "example", workspace.folder.vectors)


def add_example_with_traffic(folder: Path) -> Workspace:
    """The same with the example's production traffic added and everything embedded."""
    from winnow.curation.io.readers.columns import Columns

    workspace = add_example(folder)
    workspace.add(EXAMPLE / "traffic.jsonl", license="Apache-2.0", columns=Columns(group="session"))
    workspace.check()  # embeds
    return workspace
