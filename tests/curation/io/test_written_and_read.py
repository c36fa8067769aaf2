"""A table that is written in any format and read again has the same texts, labels, splits, people and times."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.workbooks import write_ods, write_xlsx
from winnow.core.errors import WinnowError
from winnow.curation.io.readers.source_rows import SourceRow, read_file

Row = Mapping[str, str]
Table = list[Row]

NAMES = ("text", "label", "split", "annotator", "time")
CHARACTERS = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"]) | st.sampled_from(
    "\"',;|\t\n=+-"
)
HARD = [
    *("=1+1", "+ ok", "-5 °C", '"quoted"', 'say "hi", then', "two\nlines; here", "sep=;", "1.0"),
    *("שלום, עולם", "مرحبا؟", "\U0001f469\u200d\U0001f4bb \U0001f4e6"),
]
TEXTS = (st.sampled_from(HARD) | st.text(CHARACTERS, max_size=30)).map(str.strip).filter(bool)


def rows_of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Table]:
    row = st.fixed_dictionaries(
        {
            "text": texts,
            "label": st.sampled_from(["größe", "été", "取消", "a_b"]),
            "split": st.sampled_from(["train", "validation", "test"]),
            "annotator": st.sampled_from(["ann", "Bé", "李"]),
            "time": st.sampled_from(["2026-05-04 13:45:00", "2026-05-05 01:02:03"]),
        }
    )
    return st.lists(row, min_size=1, max_size=6)


def delimited(delimiter: str, encoding: str = "utf-8", above: str = "") -> Callable[[Path, Table], None]:
    def write(path: Path, table: Table) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, NAMES, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(table)
        path.write_bytes((above + text.getvalue()).encode(encoding))

    return write


def in_json(orient: str) -> Callable[[Path, Table], None]:
    return lambda path, table: path.write_text(str(pd.DataFrame(table).to_json(orient=orient)))  # type: ignore[call-overload]


def lines(path: Path, table: Table) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table), encoding="utf-8")


def arrow(new: Callable[..., Any]) -> Callable[[Path, Table], None]:
    def write(path: Path, table: Table) -> None:
        held = pa.Table.from_pylist(list(map(dict, table)))
        with new(str(path), held.schema) as sink:
            sink.write_table(held)

    return write


def sqlite(path: Path, table: Table) -> None:
    connection = sqlite3.connect(path)
    pd.DataFrame(table).to_sql("t", connection, index=False)
    connection.close()


def zipped(path: Path, table: Table) -> None:
    delimited(",")(path, table)
    content = path.read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("t.csv", content)


def packed(path: Path, table: Table) -> None:
    lines(path, table)
    path.write_bytes(gzip.compress(path.read_bytes()))


def cells(table: Table) -> dict[str, list[list[Any]]]:
    return {"t": [[*NAMES], *([row[name] for name in NAMES] for row in table)]}


FORMATS: dict[str, Callable[[Path, Table], Any]] = {
    **{f"csv {one!r}": delimited(one) for one in ",;\t|"},
    "csv of Excel": delimited(";", "utf-8-sig", "sep=;\r\n"),
    **{f"csv {one}": delimited(",", one) for one in ("utf-16", "utf-16-le", "utf-16-be")},
    **{f"json {one}": in_json(one) for one in ("records", "columns", "index", "split", "table")},
    "json list": lambda path, table: path.write_text(json.dumps(pd.DataFrame(table).to_dict("list"))),
    "json pretty": lambda path, table: path.write_text(json.dumps(table, indent=1)),
    "jsonl": lines,
    "gzip": packed,
    "zip": zipped,
    "parquet": lambda path, table: pd.DataFrame(table).to_parquet(path),
    "arrow file": arrow(pa.ipc.new_file),
    "arrow stream": arrow(pa.ipc.new_stream),
    "sqlite": sqlite,
}
WORKBOOKS: dict[str, Callable[[Path, Table], Any]] = {
    "xlsx": lambda path, table: write_xlsx(path, cells(table)),
    "ods": lambda path, table: write_ods(path, cells(table)),
}


def seen(row: SourceRow) -> dict[str, str]:
    (answer,) = row.answers
    values = (row.content["text"], answer.label, row.split, answer.who, row.time)
    return dict(zip(NAMES, map(str, values), strict=True))


def check(formats: Mapping[str, Callable[[Path, Table], Any]], table: Table) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, write in formats.items():
            path = Path(folder) / "table"
            path.unlink(missing_ok=True)
            write(path, table)
            assert [seen(row) for row in read_file(path).rows] == table, name


few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@few
@given(rows_of(TEXTS))
def test_tables_are_the_same_in_every_format(table: Table) -> None:
    check(FORMATS, table)


def test_workbooks_give_the_same_table() -> None:
    texts = [*HARD, "inner   spaces", "tab\there"]
    check(
        WORKBOOKS,
        [dict(zip(NAMES, (text.strip(), "été", "train", "李", "2026-05-05 01:02:03"), strict=True)) for text in texts],
    )


LINE = TEXTS.filter(lambda text: text.splitlines() == [text] and not {*"[]\\"} & {*text} and "__label__" not in text)


@few
@given(rows_of(LINE))
def test_training_files_of_bots_give_the_same_texts_and_labels(table: Table) -> None:
    expected = [(row["text"], row["label"]) for row in table]
    rasa = "".join(f"- intent: {label}\n  examples: |\n    - {text}\n" for text, label in expected)
    files = {
        "rasa": f'version: "3.1"\nnlu:\n{rasa}',
        "rasa-markdown": "".join(f"## intent:{label}\n- {text}\n\n" for text, label in expected),
        "fasttext": "".join(f"__label__{label} {text}\n" for text, label in expected),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / "file"
            path.write_text(text, encoding="utf-8")
            found = read_file(path)
            assert found.format == name
            assert [(row.content["text"], row.label) for row in found.rows] == expected


@pytest.mark.parametrize("name", [*FORMATS, *WORKBOOKS])
def test_a_file_that_is_cut_lets_no_part_of_a_row_in(tmp_path: Path, name: str) -> None:
    texts = ['first, "quoted" one', "second\nof two lines", 'third; "with\nboth"', "fourth"]
    table = [dict(zip(NAMES, (text, "été", "train", "李", "2026-05-05"), strict=True)) for text in texts]
    path = tmp_path / "table"
    {**FORMATS, **WORKBOOKS}[name](path, table)
    content = path.read_bytes()
    step = max(1, len(content) // (4 if name in WORKBOOKS else 40))
    for length in range(2 * len("sep=;\r\n" + ",".join(NAMES)), len(content), step):
        path.write_bytes(content[:length])  # below the header, without which nothing is known of the rows
        assert whole_rows(path) <= {*texts}, length


def whole_rows(path: Path) -> set[object]:
    """The texts of the rows that are read; none where the file is refused."""
    try:
        return {row.content["text"] for row in read_file(path).rows if row.problem is None}
    except WinnowError:
        return set()
