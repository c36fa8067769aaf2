"""Options that rows of a release, or dropped rows, would not follow are refused and named."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import winnow
from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.store.sources import GenerationBatch
from winnow.workspace import Workspace

Make = Callable[..., Workspace]


@pytest.fixture
def recovered(frozen_example: Workspace, tmp_path: Path) -> Workspace:
    """An empty workspace with the task of the example."""
    folder = tmp_path / "recovered"
    folder.mkdir()
    shutil.copy(frozen_example.folder.task_file, folder)
    return winnow.open(folder)


@pytest.fixture
def release(frozen_example: Workspace, tmp_path: Path) -> Path:
    """A release of the example, in no workspace."""
    return Path(shutil.copytree(frozen_example.folder.releases / "first", tmp_path / "first"))


GIVEN: list[tuple[dict[str, Any], list[str]]] = [
    ({"origin": "public"}, ["origin"]),
    ({"split": "test"}, ["split"]),
    ({"origin": "synthetic", "batch": GenerationBatch("b", "g", "v", "m")}, ["origin", "batch"]),
    ({"columns": Columns(text="text", group="none")}, ["text_column", "group_column"]),
]


@pytest.mark.parametrize(("options", "named"), GIVEN)
def test_rows_of_a_release_keep_their_own(
    recovered: Workspace, release: Path, options: dict[str, Any], named: list[str]
) -> None:
    with pytest.raises(WinnowError, match="rows of a release keep their own") as caught:
        recovered.add(release / "jsonl" / "train.jsonl", **options)
    assert [problem.where for problem in caught.value.problems] == named
    assert recovered.status().sources == []


def test_the_terminal_names_the_option_once_for_each_file(recovered: Workspace, release: Path) -> None:
    asked = run_winnow("add", release, "--origin", "public", cwd=recovered.folder.root)
    assert asked.returncode == 2
    assert [asked.stderr.count(f"release in {split}.jsonl") for split in ("train", "validation", "test")] == [1, 1, 1]
    assert asked.stderr.count("--origin: 'public'") == 3


def test_a_license_is_taken_for_rows_of_a_release(recovered: Workspace, release: Path) -> None:
    recovered.add(release, license="CC-BY-4.0")
    assert {source.license for source in recovered.status().sources} == {"CC-BY-4.0"}


def test_dropped_rows_keep_the_columns_of_their_file(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    rows = [{"body": "hello", "label": "a"}, {"body": "bye", "label": "c"}]
    path = write_jsonl(tmp_path / "rows.jsonl", rows)
    dropped = Path(str(workspace.add(path, columns=Columns(text="body")).dropped_file))
    dropped.write_text(dropped.read_text().replace('"label": "c"', '"label": "b"'))
    with pytest.raises(WinnowError, match="dropped rows keep the columns of their file") as caught:
        workspace.add(dropped, columns=Columns(text="body", time="when"))
    assert [problem.where for problem in caught.value.problems] == ["time_column"]
    assert workspace.add(dropped, columns=Columns(text="body")).added == 1


def test_a_question_about_groups_names_only_files_with_the_column(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    talks = [{"text": f"question {n}", "label": "ab"[n % 2], "session": f"s{n // 3}"} for n in range(30)]
    files = [
        write_jsonl(tmp_path / f"talks{n}.jsonl", [{**row, "text": f"{row['text']} in {n}"} for row in talks])
        for n in (1, 2)
    ]
    plain = write_jsonl(tmp_path / "plain.jsonl", [{"text": "hello", "label": "a"}])
    asked = run_winnow("add", files[0], plain, files[1], cwd=workspace.folder.root)
    lines = [part for part in asked.stderr.replace("\n", " ").split("`") if part.startswith("winnow add")]
    assert len(lines) == 2
    assert shlex.split(lines[0])[2:4] == list(map(str, files))
    assert run_winnow(*shlex.split(lines[0])[1:], cwd=workspace.folder.root).returncode == 0
