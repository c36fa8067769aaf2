"""Suspected label errors in files: complete, safe in a spreadsheet, and refused for other formats."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from winnow.core.errors import WinnowError
from winnow.core.label_error_evidence import EvidenceKind, LabelEvidence
from winnow.core.vocabulary import Split
from winnow.curation.annotations.suspected_labels import SuspectedLabel
from winnow.reports.label_error_table import write_label_errors

ONE = SuspectedLabel(
    id="a1",
    split=Split.TRAIN,
    label="create_task",
    kinds=(EvidenceKind.OUT_OF_FOLD,),
    strong_kinds=(),
    score=-0.5,
    given_probability=0.25,
    source="-queries.csv",
    row=7,
    evidence=(LabelEvidence(kind=EvidenceKind.OUT_OF_FOLD, strong=False, why="turn 1"),),
    text='=HYPERLINK("x")\nassistant: no',
)


def test_csv_has_a_line_a_record_and_no_formula(tmp_path: Path) -> None:
    write_label_errors([ONE], tmp_path / "x.CSV")
    with (tmp_path / "x.CSV").open(newline="", encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert row["text"] == "'" + ONE.text
    assert row["evidence"] == "out_of_fold: turn 1"
    assert (row["rank"], row["id"], row["label"], row["score"]) == ("1", "a1", "create_task", "-0.5")
    assert (row["given_label"], row["suggested_label"], row["confirmed"]) == ("create_task", "", "")
    assert (row["given_probability"], row["suggested_probability"]) == ("0.25", "")
    assert (row["source"], row["row"]) == ("'-queries.csv", "7")


def test_jsonl_is_the_record_as_it_is(tmp_path: Path) -> None:
    write_label_errors([ONE, ONE], tmp_path / "x.jsonl")
    lines = (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()
    assert [SuspectedLabel.model_validate(json.loads(line)) for line in lines] == [ONE, ONE]


@pytest.mark.parametrize("name", ["x.xlsx", "x"])
def test_another_suffix_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WinnowError, match=r"expected: \.csv or \.jsonl"):
        write_label_errors([ONE], tmp_path / name)
    assert not list(tmp_path.iterdir())
