"""Folders of data and files named for their split: the official splits are kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from winnow.core.errors import WinnowError
from winnow.curation.io.readers.data_folders import data_files, split_of_name
from winnow.curation.io.readers.raw_rows import read_rows
from winnow.curation.io.readers.source_rows import read_file, read_table
from winnow.workspace import Workspace

Make = Callable[..., Workspace]

FEATURES = Features(
    {"text": Value("string"), "label": ClassLabel(names=["no", "yes"]), "tags": List(ClassLabel(names=["p", "q"]))}
)
DATA = Dataset.from_dict({"text": ["x", "y", "z"], "label": [1, 0, -1], "tags": [[0, 1], [], [1]]}, features=FEATURES)
ROWS = [
    {"text": "x", "label": "yes", "tags": ["p", "q"]},
    {"text": "y", "label": "no", "tags": []},
    {"text": "z", "label": None, "tags": ["q"]},
]


def fields(path: Path) -> list[Any]:
    return [one for _, one in read_rows(path).rows]


def test_a_saved_dataset_is_read_with_names_of_classes_and_splits(tmp_path: Path) -> None:
    DATA.save_to_disk(str(tmp_path / "one"))
    assert fields(tmp_path / "one") == ROWS
    (tmp_path / "one" / "data-00000-of-00009.arrow").write_bytes(b"of an earlier save")
    assert fields(tmp_path / "one") == ROWS
    DatasetDict({"train": DATA, "test": DATA.select([0])}).save_to_disk(str(tmp_path / "both"))
    files = [(one.name, one.split) for one in data_files(tmp_path / "both")]
    assert files == [("train/data-00000-of-00001.arrow", "train"), ("test/data-00000-of-00001.arrow", "test")]
    assert [(row["text"], row["split"]) for row in fields(tmp_path / "both")] == [
        ("x", "train"),
        ("y", "train"),
        ("z", "train"),
        ("x", "test"),
    ]


def test_every_form_of_arrow_is_read_and_a_cut_one_refused(tmp_path: Path) -> None:
    table = pa.Table.from_pandas(pd.DataFrame({"text": ["x", "y"], "label": pd.Categorical(["a", "b"])}))
    for name, new in (("a.arrow", pa.ipc.new_file), ("b.arrow", pa.ipc.new_stream)):
        with new(str(tmp_path / name), table.schema) as sink:
            sink.write_table(table, max_chunksize=1)
        assert fields(tmp_path / name) == [{"text": "x", "label": "a"}, {"text": "y", "label": "b"}]
        whole = (tmp_path / name).read_bytes()
        for cut in (8, 100, len(whole) // 2):
            (tmp_path / name).write_bytes(whole[:-cut])
            with pytest.raises(WinnowError, match="Arrow"):
                read_rows(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("data/train-00000-of-00001.parquet", "train"),
        ("dev.csv", "validation"),
        ("banking77_test.jsonl", "test"),
        ("test/part-1.csv", "test"),
        ("train/test.csv", "test"),
        ("train_and_test.csv", None),
        ("contest.csv", None),
        ("latest/tickets.csv", None),
    ],
)
def test_names_state_splits(name: str, split: str | None) -> None:
    assert split_of_name(name) == split


def test_the_layout_of_the_hub_keeps_its_splits(make_workspace: Make, tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    (folder / "data").mkdir(parents=True)
    (folder / "README.md").write_text("# a card\n")
    (folder / "dataset_infos.json").write_text("{}")
    for split in ("train", "test"):
        rows = [{"text": f"{split} query number {number}", "label": "no"} for number in range(20)]
        Dataset.from_list(rows).to_parquet(folder / "data" / f"{split}-00000-of-00001.parquet")
    for place, given in enumerate(([folder], [folder / "data" / "test-00000-of-00001.parquet"])):
        ws = make_workspace("no", name=f"ws{place}")
        assert ws.add(given).dropped == 0
        table = ws.records()
        tests = table[table["text"].str.startswith("test")]
        assert set(tests["assigned_split"]) == {"test"}
        assert len(tests) == 20


def test_a_folder_is_read_as_the_section_with_its_name_says(make_workspace: Make, tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "train.csv").write_text("a;b\nhow late is it;yes\n")
    ws = make_workspace("yes", more="sources: [{pattern: hub, text: a, label: b}]\n")
    ws.add(tmp_path / "hub")
    assert [*ws.records()["label"]] == ["yes"]


def test_files_given_together_keep_the_splits_of_their_names(make_workspace: Make, tmp_path: Path) -> None:
    for name in ("train", "test", "more"):
        lines = [json.dumps({"text": f"{name} query number {number}", "label": "no"}) for number in range(20)]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines))
    ws = make_workspace("no")
    ws.add([tmp_path / "train.jsonl", tmp_path / "test.jsonl", tmp_path / "more.jsonl"])
    table = ws.records()
    splits = {
        name: set(table[table["text"].str.startswith(name)]["assigned_split"]) for name in ("train", "test", "more")
    }
    assert splits["test"] == {"test"}
    assert "test" not in splits["train"]
    alone = make_workspace("no", name="alone")
    alone.add(tmp_path / "train.jsonl")
    assert len(set(alone.records()["assigned_split"])) > 1  # nothing would be left to measure on


def test_a_folder_without_data_of_one_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("nothing")
    with pytest.raises(WinnowError, match="a folder without a data file"):
        read_rows(tmp_path)
    for name in ("a.csv", "b.json"):
        (tmp_path / name).write_text("[]")
    with pytest.raises(WinnowError, match=r"files \.csv \(1\), \.json \(1\); expected: at most 1000 of one format"):
        read_rows(tmp_path)


def test_whole_numbers_beside_a_missing_one_stay_whole(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": ["x", "y", "z"], "label": [0, 1, None]})
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    for read in (*(read_file(tmp_path / name) for name in ("a.parquet", "a.csv", "a.jsonl")), read_table(frame)):
        assert [str(row.label or "") for row in read.rows] == ["0", "1", ""]
    frame["annotator"] = ["ann", "ann", "ben"]
    assert [one.label for row in read_table(frame).rows[:2] for one in row.answers] == ["0", "1"]
    mixed = read_table(pd.DataFrame({"text": ["x", "y"], "label": ["1.0", "v2"]}))
    assert [row.label for row in mixed.rows] == ["1.0", "v2"]
