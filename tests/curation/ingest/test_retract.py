"""Retract says what it does, and adding the file again undoes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from winnow.curation.ingest.add import add
from winnow.curation.ingest.add_options import AddOptions
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.curation.store.decisions import DecisionKey, insert_decision
from winnow.curation.store.sources import GenerationBatch
from winnow.workspace import Workspace

Make = Callable[..., Workspace]

BATCH = GenerationBatch("b1", "examples", "v1", "m")


@pytest.mark.parametrize("origin", ["human", "synthetic"])
def test_adding_the_file_again_undoes_it(make_workspace: Make, tmp_path: Path, origin: str) -> None:
    workspace = make_workspace("a", "b")
    path = write_jsonl(tmp_path / "rows.jsonl", [{"text": f"row {n}", "label": "ab"[n % 2]} for n in range(40)])
    options = {"origin": origin, "batch": BATCH if origin == "synthetic" else None}
    workspace.add(path, **options)  # type: ignore[arg-type]
    decided = DecisionKey(workspace.records()["id"][0], "person", "ann", "label", "b")
    with workspace.store.writing() as connection:
        insert_decision(connection, decided, turn=0, why="", at="2026-01-01T00:00:00+00:00")
    before = workspace.records().drop(columns="sources")
    result = workspace.retract("rows.jsonl")
    assert (result.superseded, result.from_file) == (40, True)
    assert set(workspace.records()["state"]) == {"superseded"}
    workspace.add(path, **options)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(workspace.records().drop(columns="sources"), before)


def test_generated_rows_cannot_be_restored(make_workspace: Make) -> None:
    workspace = make_workspace("a")
    reading = SourceRows("generated 1", "0" * 64, Columns(), [SourceRow(1, {"text": "made up"}, label="a")], [])
    scrubber = workspace._context.scrubber(workspace.task)
    options = AddOptions(origin="synthetic", batch=BATCH)
    add(workspace.store, workspace.task, [reading], options, scrubber, dropped_dir=workspace.folder.dropped)
    shown = run_winnow("retract", "generated 1", "--dry-run", cwd=workspace.folder.root).stdout
    assert "this cannot be undone: its rows were generated" in shown
    assert not workspace.retract("generated 1").from_file


def test_the_terminal_says_how_it_is_undone(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a")
    workspace.add(write_jsonl(tmp_path / "rows.jsonl", [{"text": "row", "label": "a"}]))
    for more in (["--dry-run"], []):
        shown = " ".join(run_winnow("retract", "rows.jsonl", *more, cwd=workspace.folder.root).stdout.split())
        assert "its rows and labels no longer count; assigned splits, decisions of people, and releases stay" in shown
        assert "to undo this, add the same file again with the same options" in shown
