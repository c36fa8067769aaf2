"""A merge of labels is undone with everything it changed, until a release rests on it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from tests.support.workspaces import add_example
from winnow.core.errors import WinnowError
from winnow.workspace import Workspace


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return add_example(tmp_path_factory.mktemp("undo") / "ws").folder.root


@pytest.fixture
def workspace(example: Path, tmp_path: Path) -> Workspace:
    return Workspace.find(Path(shutil.copytree(example, tmp_path / "ws")))


def labels(workspace: Workspace) -> dict[str, str]:
    table = workspace.records()
    return dict(zip(table["id"], table["label"], strict=True))


def test_an_undone_merge_leaves_labels_and_task_file_as_they_were(workspace: Workspace) -> None:
    before, text = labels(workspace), workspace.folder.task_file.read_bytes()
    merged = workspace.rename("it_vpn", "it_wifi", yes=True)
    assert labels(workspace) != before
    preview = workspace.rename("it_vpn", "it_wifi", undo=True, dry_run=True)
    assert labels(workspace) != before
    undone = workspace.rename("it_vpn", "it_wifi", undo=True)
    assert (undone.undone, undone.records) == (True, merged.records) == (True, preview.records)
    assert (labels(workspace), workspace.folder.task_file.read_bytes()) == (before, text)
    with pytest.raises(WinnowError, match="it_vpn was not renamed to it_wifi, or that was undone"):
        workspace.rename("it_vpn", "it_wifi", undo=True)
    workspace.rename("it_vpn", "it_wifi", yes=True)  # and it can be merged again
    assert "it_vpn" not in labels(workspace).values()


def test_rows_that_were_added_after_the_merge_return_to_the_label_of_their_file(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.rename("it_vpn", "it_wifi", yes=True)
    rows = [
        {"text": "a tunnel that never opens", "label": "it_vpn"},
        {"text": "no bars in the cellar", "label": "it_wifi"},
    ]
    workspace.add(write_jsonl(tmp_path / "later.jsonl", rows), license="MIT")
    workspace.rename("it_vpn", "it_wifi", undo=True)
    table = workspace.records().set_index("text")
    assert [table.loc[row["text"], "label"] for row in rows] == ["it_vpn", "it_wifi"]
    more = [{"text": "the tunnel closes at noon", "label": "it_vpn"}]
    workspace.add(write_jsonl(tmp_path / "last.jsonl", more), license="MIT")
    workspace.rename("it_vpn", "it_remote")  # a later rename applies to all of them
    named = workspace.records().set_index("text")["label"]
    assert [named[row["text"]] for row in (*rows, *more)] == ["it_remote", "it_wifi", "it_remote"]


def test_a_release_that_rests_on_the_merge_prevents_it(workspace: Workspace) -> None:
    workspace.freeze("before")
    workspace.rename("it_vpn", "it_wifi", yes=True)
    workspace.freeze("after")
    merged = labels(workspace)
    with pytest.raises(WinnowError, match="release after was frozen with it"):
        workspace.rename("it_vpn", "it_wifi", undo=True)
    assert labels(workspace) == merged


def test_an_edited_task_file_is_not_overwritten(workspace: Workspace) -> None:
    before = workspace.folder.task_file.read_text()
    workspace.rename("it_vpn", "it_wifi", yes=True)
    task = workspace.folder.task_file
    task.write_text(task.read_text() + "# a remark\n")
    refused = run_winnow("rename", "it_vpn", "it_wifi", "--undo", cwd=workspace.folder.root)
    assert refused.returncode == 2
    assert "winnow rename it_vpn it_wifi --undo" in " ".join(refused.stderr.split())
    assert task.read_text().endswith("# a remark\n")
    task.write_text(before + "# a remark\n")
    done = run_winnow("rename", "it_vpn", "it_wifi", "--undo", cwd=workspace.folder.root)
    assert (done.returncode, done.stdout.splitlines()[0][:36]) == (0, "separated it_vpn from it_wifi again:")
    assert task.read_text() == before + "# a remark\n"


def test_forgetting_deletes_an_earlier_task_file_with_the_text(workspace: Workspace) -> None:
    example_text = workspace.task.labels[0].examples[0]
    found = workspace.records().set_index("text")["id"].get(example_text)
    if found is None:
        workspace.add(write_jsonl(workspace.folder.root / "one.jsonl", [{"text": example_text}]), license="MIT")
        found = workspace.records().set_index("text")["id"][example_text]
    workspace.rename("it_vpn", "it_wifi", yes=True)
    assert len(list(workspace.folder.earlier_tasks.iterdir())) == 1
    workspace.forget(found)
    assert list(workspace.folder.earlier_tasks.iterdir()) == []


def test_a_database_of_an_earlier_version_gets_the_columns(workspace: Workspace) -> None:
    workspace.rename("it_vpn", "it_wifi", yes=True)
    connection = sqlite3.connect(workspace.folder.database)
    stored = connection.execute("SELECT undoes, releases FROM label_rename").fetchall()
    connection.close()
    assert stored == [(None, 0)]


def test_renames_are_undone_in_reverse_order(workspace: Workspace) -> None:
    before, text = labels(workspace), workspace.folder.task_file.read_bytes()
    workspace.rename("it_vpn", "it_remote")
    workspace.rename("it_remote", "it_tunnel")
    with pytest.raises(WinnowError, match=r"run `?ws\.rename\('it_remote', 'it_tunnel', undo=True\)"):
        workspace.rename("it_vpn", "it_remote", undo=True)
    workspace.rename("it_remote", "it_tunnel", undo=True)
    workspace.rename("it_vpn", "it_remote", undo=True)
    assert (labels(workspace), workspace.folder.task_file.read_bytes()) == (before, text)
