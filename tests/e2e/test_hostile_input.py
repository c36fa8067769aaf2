"""Hostile input: whatever a file, a name or a model holds, nothing is run and the error is a sentence."""

from __future__ import annotations

import csv
import gzip
import json
import pickle
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import winnow
from tests.support.commands import run_winnow
from tests.support.files import edit_dropped, read_dropped, write_jsonl
from tests.support.workspaces import add_example, waive_failing
from winnow.config.load import parse_task
from winnow.core.csv_cells import FORMULA_PREFIXES, escape_cell, unescape_cell
from winnow.core.errors import WinnowError
from winnow.curation.engine.embedders.model_files import bundled_model_folder
from winnow.workspace import Workspace

Make = Callable[..., Workspace]

FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "'=1", "''=1", "－1", "= 1"]

WORDS = ["printer", "holiday", "salary", "window", "bicycle", "password", "lunch", "invoice", "garden", "cable"]

STRANGE = [
    "\u202eesrever a ni si siht",
    "zero\u200bwidth\u200djoiner",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "../../../etc/passwd",
    "{{ 7 * 7 }}",
    "%s %n %x",
    "[bold red]not markup[/]",
    "\U0001f469\u200d\U0001f4bb works",
    "'; DROP TABLE record; --",
]


@given(st.one_of(st.text(), st.sampled_from(FORMULAS), st.text("='+-@\t x")))
def test_a_cell_comes_back_as_it_was_and_is_no_formula(text: str) -> None:
    assert unescape_cell(escape_cell(text)) == text
    assert not escape_cell(text).startswith(FORMULA_PREFIXES)


def test_no_written_csv_holds_a_formula(make_workspace: Make, tmp_path: Path) -> None:
    labels = ["=a", "b"]
    workspace = make_workspace(*labels)
    texts = [f"{formula} {word}" for word in WORDS for formula in FORMULAS]
    splits = ["train", "train", "train", "validation", "test"]
    rows = [{"text": text, "label": labels[i % 2], "split": splits[i % 5]} for i, text in enumerate(texts)]
    workspace.add(write_jsonl(tmp_path / "rows.jsonl", [*rows, {"text": "=2+2", "label": "no such", "session": "=3"}]))
    workspace.folder.task_file.write_text(workspace.folder.task_file.read_text() + LENIENT)
    waive_failing(workspace)
    workspace.check()
    workspace.freeze("first")
    folder = workspace.export("first", "csv").folder
    written = [*folder.glob("*.csv"), *workspace.folder.reports.glob("*.csv")]
    assert len(written) >= 5
    for path in written:
        with path.open(encoding="utf-8", newline="") as handle:
            cells = [cell for row in csv.reader(handle) for cell in row]
        assert not [cell for cell in cells if cell.startswith(FORMULA_PREFIXES)], path


LENIENT = "gates: {duplicates: {cosine: 1}, leakage: {cosine: 1}}\n"


def test_a_fixed_formula_is_added_as_the_text_that_it_was(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a", "b")
    result = workspace.add(write_jsonl(tmp_path / "rows.jsonl", [{"text": "=1+1 fails in the sheet", "label": "c"}]))
    path = Path(str(result.dropped_file))
    edit_dropped(path, path, label="a")
    assert workspace.add(path).added == 1
    assert workspace.records()["text"].tolist() == ["=1+1 fails in the sheet"]


def test_strange_texts_go_the_whole_way_and_come_out_as_they_went_in(make_workspace: Make, tmp_path: Path) -> None:
    labels = ["<b>bold</b>", "plain"]
    workspace = make_workspace(*labels)
    splits = ["train", "train", "validation", "test"]
    rows = [
        {"text": f"{text} {word}", "label": labels[(i + n) % 2], "split": splits[n % 4]}
        for i, text in enumerate(STRANGE)
        for n, word in enumerate(WORDS[:4])
    ]
    result = workspace.add(write_jsonl(tmp_path / "rows.jsonl", rows))
    assert result.added == len(rows)
    workspace.folder.task_file.write_text(workspace.folder.task_file.read_text() + LENIENT)
    waive_failing(workspace)
    workspace.freeze("first")
    exported = {row["text"] for split in ("train", "validation", "test") for row in released(workspace, split)}
    assert exported <= {row["text"] for row in rows}
    assert len(exported) > len(rows) / 2
    _, page, _ = workspace.coverage()
    for path in (page, workspace.diff("first", "first")[1]):
        text = path.read_text()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<b>bold</b>" not in text
    for line in (["check"], ["coverage"], ["status"], ["show", rows[0]["text"]]):
        told = run_winnow(*line, cwd=workspace.folder.root)
        assert "Traceback" not in told.stderr
        assert "\u202e" not in told.stdout  # a terminal would write the rest of the line backwards


def released(workspace: Workspace, split: str) -> list[dict[str, str]]:
    path = workspace.folder.releases / "first" / "jsonl" / f"{split}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    "name", ["../up", "/abs", "a/b", "..", ".hidden", "a\0b", "x" * 200, "", "-rf", "a b", "c:\\d"]
)
def test_no_name_leads_out_of_the_workspace(frozen_example: Workspace, name: str) -> None:
    with pytest.raises((WinnowError, ValueError)):
        frozen_example.freeze(name)
    assert {path.name for path in frozen_example.folder.releases.iterdir()} == {"first"}


def test_a_source_whose_name_climbs_writes_beside_the_others(make_workspace: Make, tmp_path: Path) -> None:
    source = tmp_path / "..%2F..%2Fetc..jsonl"
    source.write_text('{"text": ""}\n{"text": "fine"}\n')
    result = make_workspace("a").add(source)
    assert Path(str(result.dropped_file)).parent.name == "dropped"


def test_archives_are_read_as_one_file_and_bombs_are_refused(make_workspace: Make, tmp_path: Path) -> None:
    import zipfile

    workspace = make_workspace("a")
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../../evil.txt", "out")
    assert workspace.add(tmp_path / "evil.zip").added == 1
    assert not [*tmp_path.parent.rglob("evil.txt")]
    bomb = tmp_path / "bomb.jsonl.gz"
    with gzip.open(bomb, "wb", compresslevel=9) as handle:
        for _ in range(1200):
            handle.write(b"\0" * 1_000_000)
    began = time.monotonic()
    with pytest.raises(WinnowError):
        workspace.add(bomb)
    assert time.monotonic() - began < 60


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        "name: t\nkind: intents\nlabels: " + "[" * 3000 + "]" * 3000,
        "name: !!python/object/apply:os.system ['touch /tmp/winnow-was-here']\nkind: intents\nlabels: [{name: a}]\n",
        "name: &n " + "x" * 5_000_000 + "\nkind: intents\nlabels: [{name: *n}]\n",
        "&a a: *a",
        "labels: &l\n  - *l\n",
    ],
    ids=["laughs", "deep", "python object", "long", "itself", "recursive"],
)  # fmt: skip
def test_a_hostile_task_file_is_a_quick_and_clear_error(text: str) -> None:
    began = time.monotonic()
    with pytest.raises(WinnowError):
        parse_task(text)
    assert time.monotonic() - began < 20
    assert not Path("/tmp/winnow-was-here").exists()


def test_huge_cells_and_rows_cost_their_row_alone(make_workspace: Make, tmp_path: Path) -> None:
    workspace = make_workspace("a")
    huge = tmp_path / "huge.csv"
    huge.write_text('text,label\nfine,a\n"' + "x" * 10_000_000 + '",a\nalso fine,a\n')
    result = workspace.add(huge)
    assert (result.added, result.reasons) == (2, {"too_long": 1})
    assert read_dropped(result.dropped_file)[0]["row"]["text"] == "x" * 10_000_000
    wide = tmp_path / "wide.csv"
    wide.write_text(
        ",".join(["text", *(f"c{i}" for i in range(100_000))]) + "\n" + ",".join(["wide", *["1"] * 100_000]) + "\n"
    )
    assert workspace.add(wide).added == 1
    nul = tmp_path / "nul.csv"
    nul.write_bytes(b"text,label\nhas a \0 byte,a\nhas none,a\n")
    result = workspace.add(nul)
    assert (result.added, result.dropped) == (1, 1)


def test_weights_in_pickle_are_refused_and_not_loaded(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    model = shutil.copytree(bundled_model_folder(), tmp_path / "ws" / "model")
    (model / "model.safetensors").unlink()

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str, str]]:
            return (Path.write_text, (tmp_path / "ran", "x"))  # type: ignore[return-value]

    (model / "pytorch_model.bin").write_bytes(pickle.dumps(Evil()))
    task = workspace.folder.task_file
    task.write_text(task.read_text() + "\nembedder: {model: model}\n")
    for backend in ("openvino", "torch"):
        task.write_text(task.read_text().replace("{model: model}", f"{{model: model, backend: {backend}}}"))
        with pytest.raises(WinnowError, match="safetensors"):
            winnow.open(tmp_path / "ws").check()
    assert not (tmp_path / "ran").exists()


def test_a_strange_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    workspace = add_example(tmp_path / "ws")
    path = workspace.folder.database
    plain = sqlite3.connect(path)
    plain.execute("UPDATE alembic_version SET version_num = '9999'")
    plain.commit()
    plain.close()
    with pytest.raises(WinnowError, match="upgrade Winnow"):
        winnow.open(tmp_path / "ws").records()


def test_columns_without_names_and_rows_of_other_types(make_workspace: Make) -> None:
    workspace = make_workspace("a")
    table = pd.DataFrame({"text": ["fine", 5, None, ["a"], {"b": 1}, float("inf"), b"bytes"], "label": "a"})
    result = workspace.add(table)
    assert result.given == 7 == result.added + result.known + result.dropped
    assert result.added >= 1
