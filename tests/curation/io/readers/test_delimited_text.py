"""Delimited text in every dialect: a row is read right or dropped whole, and no part of one becomes a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from winnow.curation.io.readers.raw_rows import read_rows
from winnow.curation.io.readers.source_rows import read_file
from winnow.validators.text import Drop


def rows_of(path: Path, text: str, **how: Any) -> list[dict[str, Any]]:
    path.write_text(text, encoding="utf-8", newline="")
    return [fields for _, fields in read_rows(path, **how).rows if not isinstance(fields, Drop)]


def dropped(path: Path) -> list[tuple[int, str]]:
    return [(number, one.raw) for number, one in read_rows(path).rows if isinstance(one, Drop)]


@pytest.mark.parametrize(
    "text",
    [
        'text;label;"note, free, long"\nhello, you there;a;1,5\nbye;b;"2,0"\n',
        "sep=;\r\ntext;label;note, free, long\r\nhello, you there;a;1,5\r\nbye;b;2,0\r\n",
        '"sep=|"\ntext|label|note, free, long\n"hello, you there"|a|1,5\nbye|b|2,0\n',
        "text\tlabel\tnote, free, long\nhello, you there\ta\t1,5\nbye\tb\t2,0\n",
        "text;label;note, free, long;;\nhello, you there;a;1,5;;\nbye;b;2,0;;\n",
        "Tickets of May\n\ntext;label;note, free, long\nhello, you there;a;1,5\nbye;b;2,0\n",
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a", "a.txt", "a.tsv"])
def test_the_separator_is_the_one_with_which_rows_are_equally_long(tmp_path: Path, text: str, name: str) -> None:
    rows = rows_of(tmp_path / name, text)
    assert [(row["text"], row["label"], row["note, free, long"]) for row in rows] == [
        ("hello, you there", "a", "1,5"),
        ("bye", "b", "2,0"),
    ]


def test_a_cell_of_many_lines_is_one_row(tmp_path: Path) -> None:
    cell = "\n".join(f"line {number}, and more" for number in range(151))
    rows = rows_of(tmp_path / "a.csv", f'text,label\n"{cell}",a\nshort,b\n')
    assert rows == [{"text": cell, "label": "a"}, {"text": "short", "label": "b"}]


@pytest.mark.parametrize(
    "broken",
    [
        '"first line\nhe said "no" to me\nwell, then\nend",a\n',
        '"he said "no"\nwell, then\nend",a\n',
        '"first line\nsecond\nthe file is cut he',
        "no label, because it is cut he",
    ],
)
def test_no_part_of_a_broken_row_becomes_a_row(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "a.csv"
    after = "short,b\n" if broken.endswith("\n") else ""
    rows = rows_of(path, f"text,user,time\none,u,1\n{broken.replace(',a', ',a,1')}{after.replace(',b', ',b,2')}")
    assert [row["text"] for row in rows] == (["one", "short"] if after else ["one"])
    assert dropped(path) == [(3, "text,user,time\n" + broken.replace(",a", ",a,1").rstrip("\n"))]


def test_a_text_alone_in_its_row_may_hold_separators(tmp_path: Path) -> None:
    rows = rows_of(tmp_path / "a.csv", 'text\nhello, where is it; now\nplain\n"quoted, too"\n')
    assert [row["text"] for row in rows] == ["hello, where is it; now", "plain", "quoted, too"]
    rows = rows_of(tmp_path / "b.csv", "text\nhow do I pay,pay\nwhere is it,find\n")
    assert rows == []  # a column lacks its name: whether `pay` is a label is not guessed


def test_rows_below_a_title_may_end_with_an_empty_cell_or_hold_lines(tmp_path: Path) -> None:
    rows = [f"question {n};a;{'' if n % 3 else 'Ann'}" for n in range(60)]
    rows[46] = '"hello\n\n\n\nwhere is it?";a;Ann'  # the rows that tell the separator end within this cell
    table = "\r\n".join(["Closed tickets", "text;label;assignee", *rows, ""])
    read = rows_of(tmp_path / "a.csv", table)
    assert [len(row) for row in read] == [3] * 60
    assert (read[1]["label"], read[46]["text"]) == ("a", "hello\n\n\n\nwhere is it?")


HEADERLESS = [
    "how do I pay my bill,pay\nwhere is my parcel,find\nwhere is it now,find\ncan I pay later,pay\n",
    "17,how do I pay my bill,pay\n18,where is my parcel,find\n",
    "what time is it,time\nis it late,time\nhello,greet\n",
    "how do I pay my bill\nwhere is my parcel now\nis it late already\n",
]


@pytest.mark.parametrize("text", HEADERLESS)
def test_a_table_without_a_header_has_numbers_for_names(tmp_path: Path, text: str) -> None:
    rows = rows_of(tmp_path / "a.csv", text)
    assert [",".join(row.values()) for row in rows] == text.splitlines()
    assert [*rows[0]] == [str(number) for number in range(1, len(rows[0]) + 1)]
    assert any("no header" in note for note in read_rows(tmp_path / "a.csv").notes)
    assert rows_of(tmp_path / "a.csv", text, header=True)[0] != rows[0]


def test_a_label_of_the_task_is_no_name_of_a_column(tmp_path: Path) -> None:
    text = "pay me,pay\nwhere is it,find\n"
    assert len(rows_of(tmp_path / "a.csv", text)) == 1
    assert len(rows_of(tmp_path / "a.csv", text, labels=["pay", "find"])) == 2
    assert len(rows_of(tmp_path / "a.csv", "text,label\n" + text, labels=["label", "pay", "find"])) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Ticket Description,Ticket Type\nhow do I pay,pay\nwhere is it,find\n",
        "What should we do better next year?,Age\nthe queue was too long for me,33\nnothing comes to my mind,41\n",
        "color,size\nred,3\nblue,4\n",
        "text,time\nhow late is it,time\nhello,time\n",
    ],
)
def test_names_of_columns_are_no_row(tmp_path: Path, text: str) -> None:
    assert [",".join(row.values()) for row in rows_of(tmp_path / "a.csv", text)] == text.splitlines()[1:]
    assert rows_of(tmp_path / "a.csv", text, header=False)[0]["1"] == text.split(",")[0]


def test_a_dropped_row_of_a_table_without_a_header_can_be_fixed(tmp_path: Path) -> None:
    rows_of(tmp_path / "a.csv", HEADERLESS[0] + "too,many,cells\n")
    assert dropped(tmp_path / "a.csv") == [(5, "1,2\ntoo,many,cells")]
    assert rows_of(tmp_path / "b.csv", "1,2\ntoo many cells,find", header=True) == [
        {"1": "too many cells", "2": "find"}
    ]


def test_a_column_is_named_by_its_number(tmp_path: Path) -> None:
    from winnow.curation.io.readers.columns import Columns

    (tmp_path / "a.csv").write_text(HEADERLESS[0])
    found = read_file(tmp_path / "a.csv", columns=Columns(text="1", label="2"))
    assert [(row.content["text"], row.label) for row in found.rows][:2] == [
        ("how do I pay my bill", "pay"),
        ("where is my parcel", "find"),
    ]
