"""JSON in every layout gives the same rows, under any name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from winnow.core.errors import WinnowError
from winnow.curation.io.readers.raw_rows import read_rows
from winnow.validators.text import Drop

ROWS = [{"text": "w1", "label": "a"}, {"text": "w2", "label": "b"}]
FRAME = pd.DataFrame(ROWS)
LINES = "\n".join(map(json.dumps, ROWS))
LAYOUTS = {
    "lines": LINES,
    "pretty list": json.dumps(ROWS, indent=2),
    "list": json.dumps(ROWS),
    "one object after the other": "\n".join(json.dumps(row, indent=1) for row in ROWS),
    "lists by column": json.dumps({"text": ["w1", "w2"], "label": ["a", "b"]}),
    "pretty lists by column": json.dumps({"text": ["w1", "w2"], "label": ["a", "b"]}, indent=2),
    **{one: str(FRAME.to_json(orient=one)) for one in ("columns", "index", "records", "split")},  # type: ignore[call-overload]
}


def fields(path: Path) -> list[Any]:
    return [one for _, one in read_rows(path).rows]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a", "a.txt", "a.csv"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_rows_under_any_name(tmp_path: Path, layout: str, name: str) -> None:
    (tmp_path / name).write_text(LAYOUTS[layout])
    assert fields(tmp_path / name) == ROWS


def test_tables_of_other_columns_and_splits(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(FRAME.to_json(orient="table"))
    assert [(row["text"], row["label"]) for row in fields(path)] == [("w1", "a"), ("w2", "b")]
    path.write_text(json.dumps({"train": ROWS[:1], "test": {"text": ["w2"], "label": ["b"]}}))
    assert fields(path) == [{"split": "train", **ROWS[0]}, {"split": "test", **ROWS[1]}]
    path.write_text(json.dumps({"Body": ["w1", "w2"], "Kind": [0, None]}))
    assert fields(path) == [{"Body": "w1", "Kind": 0}, {"Body": "w2", "Kind": None}]
    path.write_text(json.dumps({"Nachricht": ["w1", "w2"], "Thema": ["a", "b"]}))
    assert fields(path)[1] == {"Nachricht": "w2", "Thema": "b"}
    path.write_text(json.dumps({"text": ["w1"], "label": ["a", "b"]}))
    with pytest.raises(WinnowError, match=r"columns of different lengths \(text: 1 value, label: 2 values\)"):
        read_rows(path)


def test_texts_by_label_and_single_rows_are_no_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"greet": ["hi", "hello"], "bye": ["ciao", "see you"]}))
    assert [(row["text"], row["label"]) for row in fields(path)][:2] == [("hi", "greet"), ("hello", "greet")]
    row = {"text": "hi", "tags": ["x", "y"]}
    for name in ("a.json", "a.jsonl", "a"):
        (tmp_path / name).write_text(json.dumps(row))
        assert fields(tmp_path / name) == [row]


def test_a_broken_line_costs_itself_and_a_broken_list_everything(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    for broken in ('{"text": "cut he', '{"text": "x"'):
        for place in range(3):
            listed = LINES.split("\n")
            listed.insert(place, broken)
            lines.write_text("\n".join(listed))
            found = fields(lines)
            assert [one for one in found if not isinstance(one, Drop)] == ROWS
            assert [one.raw for one in found if isinstance(one, Drop)] == [broken]
    whole = json.dumps(ROWS, indent=1)
    one_row_a_line = "[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]"
    wrapped = '{"data": ' + one_row_a_line + "}"
    for name in ("a.json", "b.jsonl", "c"):
        for text in (whole, one_row_a_line, wrapped):
            for cut in (2, 3, 9):
                (tmp_path / name).write_text(text[:-cut].rstrip("]}"))
                with pytest.raises(WinnowError, match="not JSON"):
                    read_rows(tmp_path / name)
