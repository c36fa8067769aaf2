"""A column that looks like a group is asked about before anything is stored, and the answer is remembered."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.workspace import Workspace

Make = Callable[..., Workspace]

TALKS = [{"text": f"question {n} of many", "label": "ab"[n % 2], "Session Id": f"s{n // 3}"} for n in range(30)]


def groups(workspace: Workspace) -> int:
    return int(workspace.records()["group"].nunique())


def test_nothing_is_stored_before_the_question_is_answered(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    path = write_jsonl(tmp_path / "talks.jsonl", TALKS)
    with pytest.raises(WinnowError, match=r"'Session Id' looks like a user, .*: 10 values in 30 rows") as caught:
        workspace.add(path)
    assert "columns=Columns(group='Session Id')" in str(caught.value)
    assert (len(workspace.records()), workspace.status().sources) == (0, [])
    workspace.add(path, columns=Columns(group="Session Id"))
    assert groups(workspace) == 10
    assert workspace.add(path, columns=Columns(group="Session Id")).added == 0


def test_both_answers_run_as_printed(make_workspace: Make, tmp_path: Path) -> None:
    for answer, count in (("Session Id", 10), ("none", 30)):
        workspace = make_workspace("a", "b", name=answer)
        path = write_jsonl(tmp_path / "my talks.jsonl", TALKS)
        asked = run_winnow("add", path, "--license", "my own", "--origin", "human", cwd=workspace.folder.root)
        assert (asked.returncode, asked.stdout) == (2, "")
        lines = [part for part in asked.stderr.replace("\n", " ").split("`") if part.startswith("winnow add")]
        [line] = [part for part in lines if shlex.split(part)[-1] == answer]
        done = run_winnow(*shlex.split(line)[1:], cwd=workspace.folder.root)
        assert done.returncode == 0, done.stderr
        assert groups(workspace) == count
        assert workspace.status().sources[0].license == "my own"


def test_an_answer_holds_for_files_with_the_same_columns(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    more = [{**row, "text": f"{row['text']}, again"} for row in TALKS]
    workspace.add(write_jsonl(tmp_path / "one.jsonl", TALKS), columns=Columns(group="Session Id"))
    added = workspace.add(write_jsonl(tmp_path / "two.jsonl", more))
    assert any("group column Session Id, as answered before" in note for note in added.notes)
    assert groups(workspace) == 10
    other = [{**row, "text": f"{row['text']}, once more", "channel": "web"} for row in TALKS]
    with pytest.raises(WinnowError, match="looks like a user") as caught:
        workspace.add(pd.DataFrame(other), dry_run=True)
    assert "ws.add('TABLE', dry_run=True, columns=Columns(group='none'))" in str(caught.value)


def test_no_is_remembered_until_another_answer_is_given(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    workspace.add(write_jsonl(tmp_path / "one.jsonl", TALKS), columns=Columns(group="none"))
    more = [{**row, "text": f"{row['text']}, again"} for row in TALKS]
    assert workspace.add(write_jsonl(tmp_path / "two.jsonl", more)).added == 30
    assert groups(workspace) == 60
    last = [{**row, "text": f"{row['text']}, once more"} for row in TALKS]
    workspace.add(write_jsonl(tmp_path / "three.jsonl", last), columns=Columns(group="Session Id"))
    assert groups(workspace) == 70


def test_a_file_that_was_added_before_is_not_asked_about(
    make_workspace: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace("a", "b")
    path = write_jsonl(tmp_path / "one.jsonl", TALKS)
    with monkeypatch.context() as older:  # a version that asked nothing
        older.setattr("winnow.curation.io.readers.source_rows.group_candidates", lambda rows, unused: [])
        workspace.add(path)
    assert workspace.add(path).added == 0


def test_an_answer_about_another_file_changes_nothing_for_one_that_was_added(
    make_workspace: Make, tmp_path: Path
) -> None:
    workspace = make_workspace("a", "b")
    single = [{**row, "text": f"{row['text']}, alone", "Session Id": f"x{n}"} for n, row in enumerate(TALKS)]
    first = write_jsonl(tmp_path / "single.jsonl", single)  # every row has its own session: nothing is asked
    workspace.add(first)
    second = write_jsonl(tmp_path / "talks.jsonl", TALKS)
    workspace.add(second, columns=Columns(group="Session Id"))
    assert workspace.add(first).added == 0
    assert workspace.add([first, second]).added == 0
