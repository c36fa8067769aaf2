"""Renaming and merging labels: history stays, and is read under the new name."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import winnow
from tests.support.commands import WINNOW_SCRIPT, run_winnow
from tests.support.dialogues import tools_workspace
from tests.support.paths import EXAMPLE
from tests.support.workspaces import add_example
from winnow.config.edit import rename_label_in_task, rename_label_in_text
from winnow.config.load import parse_task
from winnow.core.errors import WinnowError
from winnow.workspace import Workspace


def labels_of(workspace: Workspace) -> pd.Series:
    return workspace.records().set_index("id")["label"]


def test_labels_that_follow_from_calls_are_not_renamed(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"labels of kind tools are behaviors and names of tools"):
        tools_workspace(tmp_path / "ws").rename("weather", "forecast")


def test_a_renamed_label_keeps_its_records_assigned_splits_and_place(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.freeze("before")
    old, assigned_splits = labels_of(workspace), workspace.records().set_index("id")["assigned_split"]
    before = workspace.folder.task_file.read_text()
    result = workspace.rename("it_vpn", "it_remote", reason="clearer")
    assert (result.merged, result.already, result.records) == (False, False, 57)
    new = labels_of(workspace)
    assert (new == old.replace("it_vpn", "it_remote")).all()
    assert (workspace.records().set_index("id")["assigned_split"] == assigned_splits).all()
    assert before.count("it_vpn") == workspace.folder.task_file.read_text().count("it_remote")
    assert before.replace("it_vpn", "it_remote").count("#") == workspace.folder.task_file.read_text().count("#")
    assert workspace.verify("before") == []
    assert "it_vpn" in workspace.release("before").labels
    assert workspace.rename("it_vpn", "it_remote").already
    frozen = workspace.freeze("after")
    assert frozen.counts == workspace.release("before").counts
    found, _ = workspace.diff("before", "after")
    assert found.relabelings == [("it_vpn", "it_remote", sum(frozen.counts.values()) and found.counts["relabeled"])]
    assert found.counts["added"] == found.counts["removed"] == 0


def test_a_merge_ends_disputes_between_the_two(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    states = workspace.records()["state"].value_counts()
    assert states["disputed"] == 1  # one text stands under it_vpn and under it_wifi
    result = workspace.rename("it_vpn", "it_wifi", yes=True)
    assert result.merged
    states = workspace.records()["state"].value_counts()
    assert "disputed" not in states
    assert "it_vpn" not in workspace.task.label_names
    assert len(workspace.task.label_names) == 12
    assert all("it_vpn" not in pair for pair in workspace.task.confusable)
    assert workspace.check().passed


def test_the_old_file_can_be_added_again_and_changes_nothing(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.rename("it_vpn", "it_remote")
    before = workspace.records()
    again = workspace.add(EXAMPLE / "labeled.jsonl", license="Apache-2.0")
    assert (again.added, again.dropped, again.known) == (0, 0, 765)
    pd.testing.assert_frame_equal(before, workspace.records())
    late = pd.DataFrame({"text": ["the tunnel to the office breaks off"], "label": ["it_vpn"]})
    told = workspace.add(late, license="MIT")
    assert any("count as 'it_remote'" in note for note in told.notes)
    shown = workspace.show("the tunnel to the office breaks off")
    assert shown.record.label == "it_remote"
    assert shown.occurrences[0].given_label == "it_vpn"


def test_a_name_that_comes_back_with_a_new_meaning_is_a_label_of_its_own(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.rename("it_vpn", "it_remote")
    text = workspace.folder.task_file.read_text()
    workspace.folder.task_file.write_text(text.replace("labels:\n", "labels:\n  - name: it_vpn\n", 1))
    workspace.add(pd.DataFrame({"text": ["a tunnel of the new kind"], "label": ["it_vpn"]}), license="MIT")
    counts = labels_of(workspace).value_counts()
    assert counts["it_vpn"] == 1
    assert counts["it_remote"] >= 55
    back = workspace.rename("it_remote", "it_vpn", yes=True)
    assert back.merged
    assert labels_of(workspace).value_counts()["it_vpn"] == 1 + counts["it_remote"]


def test_a_renaming_that_was_killed_between_its_two_writes_is_finished_by_the_next(tmp_path: Path) -> None:
    for first in ("task file", "database"):
        workspace = add_example(tmp_path / first)
        text = workspace.folder.task_file.read_text()
        workspace.rename("it_vpn", "it_remote")
        done = workspace.folder.task_file.read_text()
        if first == "database":
            workspace.folder.task_file.write_text(text)  # the database was written, the file was not
        else:
            other = add_example(tmp_path / "other")
            other.folder.task_file.write_text(done)  # the file was written, the database was not
            workspace = other
        workspace.rename("it_vpn", "it_remote")
        assert "it_vpn" not in workspace.task.label_names
        assert "it_vpn" not in set(labels_of(workspace))
        assert workspace.check().passed


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("it_vnp", "x", "did you mean 'it_vpn'"),
        ("it_vpn", "it_vpn", "the same name twice"),
        ("it_vpn", " x", "printable name"),
        ("it_vpn", "a\nb", "printable name"),
    ],
)
def test_what_cannot_be_renamed_is_said_and_nothing_changes(tmp_path: Path, old: str, new: str, said: str) -> None:
    workspace = add_example(tmp_path / "ws")
    before, text = workspace.records(), workspace.folder.task_file.read_text()
    with pytest.raises(WinnowError, match=said):
        workspace.rename(old, new)
    pd.testing.assert_frame_equal(before, workspace.records())
    assert text == workspace.folder.task_file.read_text()


LAYOUTS = [
    "name: t\nkind: intents\nlabels:\n  - name: a   # first\n    near_miss: {text: x, label: b}\n"
    "  - {name: b, route: r}\n"
    "  - name: 'c'\nfallback: c # last\nconfusable: [[a, b], [b, c]]\n"
    "goals: {accuracy: 0.9, recall.a: 0.8, recall.b: 0.75}  # to deploy\n",
    'name: t\nkind: intents\nconfusable:\n  - [a, b]\n  - - b\n    - c\nlabels:\n- name: "a"\n'
    '  description: "about a, b"\n'
    "- name: b\n\n# c is another\n- name: c\ngoals:\n  recall.c: 1\n  precision.b: 0.5\n# the end\n",
    "name: t\nkind: intents\nlabels: [{name: a}, {name: b}, {name: c}]\n",
]


@given(
    st.sampled_from(LAYOUTS),
    st.sampled_from("abc"),
    st.one_of(
        st.sampled_from(["a", "b", "c", "yes", "1", "a: b", "x y", "#no", "läbel"]), st.text(min_size=1, max_size=9)
    ),
)
def test_an_edited_task_file_says_exactly_the_renamed_task_or_is_refused(text: str, old: str, new: str) -> None:
    task = parse_task(text)
    if old == new or new != new.strip() or not new.isprintable():
        return
    try:
        edited = rename_label_in_text(text, task, old, new)
    except WinnowError as error:
        assert "by hand" in str(error)  # noqa: PT017
        assert text == LAYOUTS[2] or "\\" in json.dumps(new)
        return
    assert parse_task(edited) == rename_label_in_task(task, old, new)
    kept = [line for line in text.splitlines() if line.strip().startswith("#")]
    assert [line for line in edited.splitlines() if line.strip().startswith("#")] == kept
    assert yaml.safe_load(edited)


def test_the_command_renames(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    told = run_winnow("rename", "it_vpn", "it_wifi", "--yes", cwd=workspace.folder.root)
    assert told.returncode == 0, told.stderr
    assert "merged it_vpn into it_wifi: 57 records" in told.stdout
    assert winnow.open(workspace.folder.root).task.label_names.count("it_wifi") == 1


def test_a_merge_asks_first_and_changes_nothing_until_it_is_confirmed(tmp_path: Path) -> None:
    root = add_example(tmp_path / "ws").folder.root
    before, text = labels_of(winnow.open(root)), (root / "winnow.yaml").read_text()
    told = run_winnow("rename", "it_vpn", "it_wifi", "--reason", "one team", cwd=root, stdin=subprocess.DEVNULL)
    assert told.returncode == 2
    assert "57 of it_vpn would be one label" in told.stderr
    pd.testing.assert_series_equal(labels_of(winnow.open(root)), before)
    assert (root / "winnow.yaml").read_text() == text
    with pytest.raises(WinnowError, match=re.escape("ws.rename('it_vpn', 'it_wifi', yes=True)")):
        winnow.open(root).rename("it_vpn", "it_wifi")
    confirmed, preview = (shlex.split(line)[1:] for line in re.findall("`(winnow [^`]*)`", told.stderr))
    assert "would merge" in run_winnow(*preview, cwd=root).stdout
    assert (root / "winnow.yaml").read_text() == text
    assert "merged it_vpn into it_wifi" in run_winnow(*confirmed, cwd=root).stdout


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2)])
def test_on_a_terminal_a_merge_asks(tmp_path: Path, answer: str, code: int) -> None:
    root = add_example(tmp_path / "ws").folder.root
    ours, theirs = os.openpty()
    command = [str(WINNOW_SCRIPT), "rename", "it_vpn", "it_wifi"]
    run = subprocess.Popen(command, cwd=root, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    os.write(ours, answer.encode())
    assert run.wait(timeout=300) == code
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "would merge it_vpn into it_wifi: 57 records" in shown
    assert "Merge the two labels?" in shown
    assert ("it_vpn" in winnow.open(root).task.label_names) == (answer == "n\n")


def test_there_and_back_and_there_again(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    before = labels_of(workspace)
    for old, new in (("it_vpn", "x"), ("x", "it_vpn"), ("it_vpn", "x"), ("x", "y")):
        assert workspace.rename(old, new).records == 57
        assert (labels_of(workspace) == before.replace("it_vpn", new)).all()
        assert new in workspace.task.label_names


def test_two_renamings_at_once_both_hold(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    workspace = add_example(tmp_path / "ws")
    before = labels_of(workspace)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: winnow.open(tmp_path / "ws").rename(*pair), [("it_vpn", "x"), ("it_wifi", "y")]))
    assert {"x", "y"} <= set(workspace.task.label_names)
    assert (labels_of(workspace) == before.replace({"it_vpn": "x", "it_wifi": "y"})).all()


def test_rows_that_are_screened_while_a_label_is_renamed_get_the_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from winnow.curation.ingest import add as module

    workspace = add_example(tmp_path / "ws")
    flags, renamed = module._language_flags, []

    def renamed_meanwhile(*arguments: object) -> dict[str, str]:
        if not renamed:
            renamed.append(winnow.open(tmp_path / "ws").rename("it_vpn", "x"))
        return flags(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_language_flags", renamed_meanwhile)
    workspace.add(pd.DataFrame({"text": ["the tunnel breaks off"], "label": ["it_vpn"]}), license="MIT")
    assert renamed
    assert workspace.show("the tunnel breaks off").record.label == "x"
    assert "it_vpn" not in set(labels_of(workspace))


def test_a_name_that_comes_back_gets_its_own_hold_out(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.rename("it_vpn", "it_remote")
    text = workspace.folder.task_file.read_text()
    workspace.folder.task_file.write_text(text.replace("labels:\n", "labels:\n  - name: it_vpn\n", 1))
    for i in range(30):
        row = pd.DataFrame({"text": [f"a tunnel of the new kind number {i}"], "label": ["it_vpn"]})
        workspace.add(row, license="MIT")
    table = workspace.records()
    assigned_splits = table.loc[table["label"] == "it_vpn", "assigned_split"].value_counts()
    assert assigned_splits["validation"] >= 3
    assert assigned_splits["test"] >= 3
