from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from winnow.core.errors import WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.source_rows import SourceRows, read_file, read_table
from winnow.validators.kinds.tools import TOOLS

ROWS = [("My VPN drops", "it_vpn", "agent_it"), ("Où est ma paie?", "hr_pay", "agent_hr")]


def content(reading: SourceRows) -> list[tuple[object, object, object]]:
    return [(row.content["text"], row.label, row.route) for row in reading.rows]


def records() -> list[dict[str, str]]:
    return [dict(zip(("query", "intent", "agent"), row, strict=True)) for row in ROWS]


@pytest.mark.parametrize("name", ["a.csv", "a", "a.txt"])
def test_a_binary_format_is_known_by_its_first_bytes_whatever_the_name(tmp_path: Path, name: str) -> None:
    pd.DataFrame(records()).to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.parquet").rename(tmp_path / name)
    assert content(read_file(tmp_path / name)) == ROWS


def test_every_format_gives_the_same_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame(records())
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_csv(tmp_path / "semicolon.csv", index=False, sep=";")
    frame.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    frame.to_csv(tmp_path / "bom.csv", index=False, encoding="utf-8-sig")
    frame.to_csv(tmp_path / "utf16.csv", index=False, encoding="utf-16")
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    frame.to_json(tmp_path / "a.json", orient="records")
    (tmp_path / "wrapped.json").write_text(json.dumps({"version": 1, "data": records()}))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    (tmp_path / "no_suffix").write_bytes((tmp_path / "a.jsonl").read_bytes())
    connection = sqlite3.connect(tmp_path / "a.db")
    frame.to_sql("queries", connection, index=False)
    connection.close()
    for path in sorted(tmp_path.iterdir()):
        assert content(read_file(path)) == ROWS, path.name
    assert content(read_table(frame)) == ROWS


def test_row_numbers_are_where_a_person_finds_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('text,label\n"two\nlines",a\n\nshort,b\ntoo,many,cells\n"open,a\n')
    rows = read_file(path).rows
    assert [(row.number, row.content["text"]) for row in rows if row.problem is None] == [
        (2, "two\nlines"),
        (5, "short"),
    ]
    assert [(row.number, row.problem.reason) for row in rows if row.problem] == [
        (6, "malformed_row"),
        (7, "malformed_row"),
    ]


def test_latin_1_is_read_with_a_note_and_one_broken_row_does_not_cost_the_file(tmp_path: Path) -> None:
    latin = tmp_path / "latin.csv"
    latin.write_bytes("text\ncafé crème\n".encode("latin-1"))
    reading = read_file(latin)
    assert [row.content["text"] for row in reading.rows] == ["café crème"]
    assert any("latin-1" in note for note in reading.notes)
    mixed = tmp_path / "mixed.csv"
    mixed.write_bytes("text\ncafé crème\n".encode() + b"bro\xffken\n")
    texts = [row.content["text"] for row in read_file(mixed).rows]
    assert texts == ["café crème", "bro\udcffken"]  # the lone surrogate makes screening drop just this row


def test_rasa_examples_lose_their_markup_and_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(
        'version: "3.1"\nnlu:\n- intent: book\n  examples: |\n    - a table for [two](count)\n'
        '    - in [Rome]{"entity": "city"} please\n- lookup: city\n  examples: |\n    - Rome\n- intent: greet\n'
        "  examples:\n  - text: |\n      hi\n"
    )
    rows = [(row.number, row.content["text"], row.label) for row in read_file(path).rows]
    assert rows == [(1, "a table for two", "book"), (2, "in Rome please", "book"), (3, "hi", "greet")]


def test_class_numbers_of_a_hugging_face_file_become_names(tmp_path: Path) -> None:
    from datasets import ClassLabel, Dataset, Features, Value

    features = Features({"text": Value("string"), "label": ClassLabel(names=["no", "yes"])})
    Dataset.from_dict({"text": ["x", "y"], "label": [1, 0]}, features=features).to_parquet(tmp_path / "a.parquet")
    assert [row.label for row in read_file(tmp_path / "a.parquet").rows] == ["yes", "no"]


def test_columns_are_recognized_chosen_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Sentence,topic,split,user\nhello there,greet,train,u1\n")
    found = read_file(path)
    assert (found.columns.text, found.columns.label, found.columns.split) == ("Sentence", None, "split")
    assert "text = 'Sentence'" in found.notes[0]
    assert "not used: topic, user" in found.notes[0]
    told = read_file(path, columns=Columns(label="topic", split="none", group="user")).rows[0]
    assert (told.label, told.split, told.session) == ("greet", None, "u1")
    with pytest.raises(WinnowError, match="did you mean 'topic'"):
        read_file(path, columns=Columns(label="topics"))


def test_only_a_column_of_that_name_holds_the_label_of_a_dialogue(tmp_path: Path) -> None:
    row = {"messages": [{"role": "user", "content": "hi"}], "category": "greetings"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    assert read_file(tmp_path / "a.jsonl", kind=TOOLS).rows[0].label is None
    (tmp_path / "b.jsonl").write_text(json.dumps({**row, "label": "direct"}))
    assert read_file(tmp_path / "b.jsonl", kind=TOOLS).rows[0].label == "direct"
    (tmp_path / "c.jsonl").write_text(json.dumps({"text": "hi", "category": "greetings"}))
    assert read_file(tmp_path / "c.jsonl").rows[0].label == "greetings"


def test_a_split_column_is_taken_only_when_it_names_splits(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,split\nhello,all\n")
    assert read_file(path).columns.split is None


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.parquet", b"PAR1nonsense"),
        ("a.db", b"SQLite format 3\0nonsense"),
        ("a.json", b"{"),
        ("a.json", b"3"),
        ("a.csv.gz", b"\x1f\x8bnonsense"),
        ("nlu.yml", b"nlu: ["),
        ("nlu.yml", b"other: 1"),
        ("a.csv", b"color,size\nred,3\n"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(WinnowError, match=name.replace(".", r"\.")):
        read_file(tmp_path / name)


def test_a_sqlite_file_with_two_tables_asks_which(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    pd.DataFrame({"text": ["x"]}).to_sql("one", connection, index=False)
    pd.DataFrame({"text": ["y"]}).to_sql("two", connection, index=False)
    connection.close()
    with pytest.raises(WinnowError, match="name the table"):
        read_file(tmp_path / "a.db")
    assert read_file(tmp_path / "a.db", table="two").rows[0].content["text"] == "y"


def test_answers_of_d1_give_their_rows(tmp_path: Path) -> None:
    answer = {"results": records(), "success": True, "meta": {"duration": 0.2, "rows_read": 2}}
    empty = {"results": [], "success": True, "meta": {}}
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([empty, answer]))  # of `wrangler d1 execute --json`
    assert content(read_file(path)) == ROWS
    path.write_text(json.dumps({"result": [answer], "errors": [], "messages": [], "success": True}))  # of the API
    assert content(read_file(path)) == ROWS
    path.write_text(json.dumps([answer, {"results": [], "success": False, "error": "no such table: x"}]))
    with pytest.raises(WinnowError, match=r"rows\.json: statement 2 failed: no such table: x"):
        read_file(path)


def test_a_stray_quote_costs_its_row_and_not_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [f"query {i},a" for i in range(1000)]
    lines[9] = 'my "laptop is dead,a'
    lines[10] = '"my laptop is dead,a'
    lines[500] = '"a real one, with a comma",a'
    path.write_text("\n".join(["text,label", *lines]) + "\n")
    rows = read_file(path).rows
    assert len(rows) == 1000
    assert [(r.number, r.problem.raw) for r in rows if r.problem] == [(12, 'text,label\n"my laptop is dead,a')]
    assert {r.content.get("text") for r in rows} >= {
        "query 11",
        'my "laptop is dead',
        "a real one, with a comma",
        "query 999",
    }
    assert [r.number for r in rows] == list(range(2, 1002))


def test_clinc150_is_read_as_it_is_published(tmp_path: Path) -> None:
    path = tmp_path / "data_full.json"
    path.write_text(json.dumps({"train": [["hi", "greet"]], "oos_val": [["zzz", "oos"]], "test": [["yo", "greet"]]}))
    rows = [(row.content["text"], row.label, row.split) for row in read_file(path).rows]
    assert rows == [("hi", "greet", "train"), ("zzz", "oos", "val"), ("yo", "greet", "test")]


@pytest.mark.parametrize(
    ("name", "data"), [("book.xlsx", b"PK\x03\x04..."), ("empty.csv", b""), ("head.csv", b"text\n")]
)
def test_a_file_without_rows_is_no_source(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(WinnowError, match=name):
        read_file(tmp_path / name)


def test_one_typo_does_not_discard_the_official_splits(tmp_path: Path) -> None:
    rows = [{"text": f"t{i}", "split": "test" if i else "tset"} for i in range(20)]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    assert read_file(tmp_path / "a.json").columns.split == "split"
