"""A column that says that a machine wrote some rows is asked about before anything is stored."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.curation.store.sources import GenerationBatch
from winnow.workspace import Workspace

Make = Callable[..., Workspace]

MADE = [
    {"text": f"question {n} about parcels", "label": "ab"[n % 2], "origin": "synthetic" if n % 3 == 0 else "human"}
    for n in range(60)
]
"""60 rows, of which 20 are synthetic."""


def printed_commands(stderr: str) -> list[list[str]]:
    """The arguments of each `winnow add` that a message prints."""
    return [shlex.split(line)[1:] for line in re.findall(r"`(winnow add .*?)`", stderr.replace("\n", " "))]


@pytest.mark.parametrize("more", [(), ("--split", "test"), ("--license", "my own")])
def test_both_answers_run_as_printed(make_workspace: Make, tmp_path: Path, more: tuple[str, ...]) -> None:
    path = write_jsonl(tmp_path / "my rows.jsonl", MADE)
    for position, origin in enumerate(("synthetic", "human")):
        workspace = make_workspace("a", "b", name=origin)
        asked = run_winnow("add", path, *more, cwd=workspace.folder.root)
        assert (asked.returncode, asked.stdout) == (2, "")
        assert "my rows.jsonl: column 'origin' says that a machine wrote 20 of 60 rows" in asked.stderr
        assert (len(workspace.records()), workspace.status().sources) == (0, [])
        commands = printed_commands(asked.stderr)
        assert len(commands) == 2
        done = run_winnow(*commands[position], cwd=workspace.folder.root)
        assert done.returncode == 0, done.stderr
        assert set(workspace.records()["origin"]) == {origin}
        if origin == "synthetic":
            assert set(workspace.records()["assigned_split"]) == {"train"}
        assert workspace.status().sources[0].license == ("my own" if "--license" in more else "unknown")


def test_the_commands_answer_an_open_question_about_groups_too(make_workspace: Make, tmp_path: Path) -> None:
    rows = [{**row, "session_id": f"s{n // 3}"} for n, row in enumerate(MADE)]
    path = write_jsonl(tmp_path / "talks.jsonl", rows)
    workspace = make_workspace("a", "b")
    commands = printed_commands(run_winnow("add", path, cwd=workspace.folder.root).stderr)
    assert len(commands) == 4
    for position, command in enumerate(commands):
        workspace = make_workspace("a", "b", name=f"w{position}")
        done = run_winnow(*command, cwd=workspace.folder.root)
        assert done.returncode == 0, done.stderr


def test_only_the_file_that_is_asked_about_gets_the_answer(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    made = write_jsonl(tmp_path / "made.jsonl", MADE)
    plain = write_jsonl(tmp_path / "plain.jsonl", [{"text": f"hello {n}", "label": "a"} for n in range(9)])
    asked = run_winnow("add", plain, made, cwd=workspace.folder.root)
    assert [str(plain) in command for command in printed_commands(asked.stderr)] == [False, False]


def test_an_origin_that_is_given_is_the_answer(make_workspace: Make) -> None:
    for origin in ("human", "log", "public", "synthetic"):
        batch = GenerationBatch("b1", "g", "v1", "m") if origin == "synthetic" else None
        added = make_workspace("a", "b", name=origin).add(pd.DataFrame(MADE), origin=origin, batch=batch)
        assert added.added == 60


def test_a_table_is_asked_about_in_python(make_workspace: Make) -> None:
    with pytest.raises(WinnowError, match=r"ws.add\('TABLE', dry_run=True, origin='human'\)"):
        make_workspace("a", "b").add(pd.DataFrame(MADE), dry_run=True)


def test_a_name_of_a_batch_that_is_taken_is_not_proposed(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    first = [{"text": f"made before {n}", "label": "a"} for n in range(9)]
    workspace.add(pd.DataFrame(first), origin="synthetic", batch=GenerationBatch("made", "g", "v1", "m"))
    path = write_jsonl(tmp_path / "made.jsonl", MADE)
    synthetic, _ = printed_commands(run_winnow("add", path, cwd=workspace.folder.root).stderr)
    assert run_winnow(*synthetic, cwd=workspace.folder.root).returncode == 0


def test_a_file_that_is_already_stored_is_not_asked_about(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    path = write_jsonl(tmp_path / "made.jsonl", MADE)
    workspace.add(path, origin="human")
    assert workspace.add(path).known == 60


def test_fixed_rows_of_an_answered_file_are_not_asked_about(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    path = write_jsonl(tmp_path / "made.jsonl", [*MADE, {"text": "hello", "label": "c", "origin": "synthetic"}])
    dropped = Path(str(workspace.add(path, origin="human").dropped_file))
    dropped.write_text(dropped.read_text().replace('"label": "c"', '"label": "a"'))
    assert workspace.add(dropped).added == 1
