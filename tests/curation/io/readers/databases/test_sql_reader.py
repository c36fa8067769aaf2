from __future__ import annotations

import gzip
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.core.errors import WinnowError
from winnow.curation.io.readers.databases.sql_reader import sql_rows
from winnow.curation.io.readers.source_rows import read_file
from winnow.validators.text import Drop

D1_EXPORT = r"""PRAGMA defer_foreign_keys=TRUE;
CREATE TABLE d1_migrations(
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT UNIQUE,
    applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
);
INSERT INTO "d1_migrations" ("id","name","applied_at") VALUES(1,'0001_init.sql','2026-05-26 15:34:13');
CREATE TABLE _cf_KV (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE queries (
  id INTEGER PRIMARY KEY, -- the user's id; 'quoted'
  text TEXT NOT NULL,
  score REAL, picture BLOB,
  created_at TEXT DEFAULT (datetime('now')),
  CHECK (json_valid(text) OR 1)
);
INSERT INTO "queries" ("id","text","score","picture","created_at") VALUES(1,'it''s; down',0.5,X'00ff',NULL);
INSERT INTO "queries" ("id","text","score","picture","created_at") VALUES(2,replace('two\nlines','\n',char(10)),-3,NULL,'2026-01-01');
INSERT INTO "queries" VALUES(3,'a',1e3,NULL,NULL),(4,unistr('b\u000ac\\d'),NULL,NULL,NULL);
DELETE FROM sqlite_sequence;
INSERT INTO "sqlite_sequence" ("name","seq") VALUES('d1_migrations',1);
CREATE UNIQUE INDEX by_text ON queries (text);
CREATE TRIGGER seen AFTER INSERT ON queries BEGIN SELECT 1; SELECT 2; END;
"""  # noqa: E501


def good_and_dropped(dump: str, **how: Any) -> tuple[list[dict[str, Any]], list[str]]:
    rows = [fields for _, fields in sql_rows(dump, **how)]
    return [one for one in rows if isinstance(one, dict)], [one.detail for one in rows if isinstance(one, Drop)]


def test_an_export_of_d1_gives_the_rows_of_its_only_own_table() -> None:
    rows, dropped = good_and_dropped(D1_EXPORT)
    assert [tuple(row.values()) for row in rows] == [
        (1, "it's; down", 0.5, b"\x00\xff", None),
        (2, "two\nlines", -3.0, None, "2026-01-01"),
        (3, "a", 1000.0, None, None),
        (4, "b\nc\\d", None, None, None),
    ]
    assert dropped == []


def test_a_dump_of_sqlite_gives_the_rows_of_the_database(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    connection.execute("CREATE TABLE t (text TEXT, n INTEGER)")
    texts = ["plain", "it's", 'a "name"', "two\nlines; -- no comment\n/* none */", "", "ü 語", "\\n"]
    connection.executemany("INSERT INTO t VALUES (?, ?)", [(text, n) for n, text in enumerate(texts)])
    connection.commit()
    (tmp_path / "a.sql").write_text("\n".join(connection.iterdump()))
    connection.close()
    for name in ("a.db", "a.sql"):
        assert [row.content["text"] for row in read_file(tmp_path / name).rows] == texts


def test_a_broken_statement_costs_itself_and_names_its_line() -> None:
    dump = (
        "CREATE TABLE t (text TEXT);\nINSERT INTO t VALUES('one');\nINSERT INTO t VALUES('it's two');\n"
        "INSERT INTO t VALUES('three');\nINSERT INTO t VALUES('four', 4);\nINSERT INTO t VALUES('five);\n"
        "INSERT INTO t VALUES('six');\n"
    )
    rows, dropped = good_and_dropped(dump)
    assert [row["text"] for row in rows] == ["one", "three", "six"]
    assert [detail.split(":")[0] for detail in dropped] == ["line 3", "line 5", "line 6"]
    assert len({number for number, _ in sql_rows(dump)}) == len(rows) + len(dropped)


def test_the_text_of_a_message_is_never_taken_for_a_statement() -> None:
    # Strings hold line breaks here, so that what follows the broken quote may be the text of a message.
    dump = (
        "CREATE TABLE t (text TEXT);\nINSERT INTO t VALUES('one\nline');\nINSERT INTO t VALUES('it's\n"
        "INSERT INTO t VALUES(''made up'');\n');\n"
    )
    rows, dropped = good_and_dropped(dump)
    assert [row["text"] for row in rows] == ["one\nline"]
    assert len(dropped) >= 1


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH 'other.db' AS other",
        "VACUUM INTO 'other.db'",
        "SELECT load_extension('x')",
        "INSERT INTO t VALUES(load_extension('x'))",
        "INSERT INTO t SELECT text FROM t",
        "INSERT INTO t VALUES((SELECT text FROM t))",
        "INSERT INTO t WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
        "INSERT INTO t VALUES(hex(zeroblob(900000000)))",
        "INSERT INTO t VALUES('one') ON CONFLICT DO UPDATE SET text = 'other'",
        "CREATE TABLE u AS SELECT * FROM t",
        "CREATE VIRTUAL TABLE u USING fts5(x)",
        "CREATE TABLE u (x, y AS (load_extension(x)))",
        "INSERT INTO t VALUES(CURRENT_TIMESTAMP)",
        "nonsense",
    ],
)
def test_nothing_but_tables_and_their_rows_is_run(
    statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dump = f"CREATE TABLE t (text TEXT UNIQUE);\nINSERT INTO t VALUES('one');\n{statement};\n"
    rows, dropped = good_and_dropped(dump)
    assert rows == [{"text": "one"}]
    assert [detail.split(":")[0] for detail in dropped] == ["line 3"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "statement", ["DELETE FROM t", "UPDATE t SET text = ''", "DROP TABLE t", "ROLLBACK", "ALTER TABLE t ADD x"]
)
def test_a_file_that_changes_rows_is_no_dump(statement: str) -> None:
    dump = f"CREATE TABLE t (text TEXT);\nINSERT INTO t VALUES('one');\n{statement};\n"
    with pytest.raises(WinnowError, match=r"line 3: .*, which changes rows"):
        good_and_dropped(dump)


def test_a_default_never_states_when_the_dump_was_read() -> None:
    dump = "CREATE TABLE t (text TEXT, at TEXT DEFAULT CURRENT_TIMESTAMP, on_day DEFAULT (date('now')));\n"
    rows, _ = good_and_dropped(dump + "INSERT INTO t (text) VALUES('one');\n")
    assert rows == [{"text": "one", "at": None, "on_day": None}]


def test_several_tables_are_listed_with_their_rows_and_a_command() -> None:
    dump = "CREATE TABLE a (text);\nCREATE TABLE b (text);\nINSERT INTO b VALUES('x'),('y');\nINSERT INTO a VALUES(;\n"
    with pytest.raises(WinnowError, match=r"2 tables: a \(0 rows\), b \(2 rows\)") as raised:
        good_and_dropped(dump, name="dump.sql")
    assert raised.value.problems[0].fix == "name the table: `--table b` (`table='b'` in Python)"
    with pytest.raises(WinnowError, match=r"no table 'bb'; expected: one of a \(0 rows\), b \(2 rows\)"):
        good_and_dropped(dump, table="bb")
    with pytest.raises(WinnowError, match=r"no table"):
        good_and_dropped("PRAGMA user_version = 3;")
    assert good_and_dropped(dump, table="b") == ([{"text": "x"}, {"text": "y"}], [])  # the broken one is of a


@pytest.mark.parametrize("name", ["a.sql", "a.sql.gz", "-", "a.txt"])
def test_a_dump_is_recognized_by_its_suffix_or_how_it_begins(tmp_path: Path, name: str) -> None:
    data = D1_EXPORT.encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    found = read_file(tmp_path / name, format="auto" if name != "a.txt" else "sql")
    assert (found.format, len(found.rows)) == ("sql", 4)


def test_a_long_statement_is_split_in_linear_time() -> None:
    values = ",".join(f"('text {n} it''s')" for n in range(100_000))
    begun = time.perf_counter()
    rows, _ = good_and_dropped(f"CREATE TABLE t (text TEXT);\nINSERT INTO t VALUES{values};")
    assert len(rows) == 100_000
    assert time.perf_counter() - begun < 20


@pytest.mark.parametrize("place", range(1, len(D1_EXPORT), 23))
def test_a_dump_that_was_cut_off_keeps_the_rows_before_the_cut(place: int) -> None:
    whole, _ = good_and_dropped(D1_EXPORT, table="queries")
    try:
        rows, _ = good_and_dropped(D1_EXPORT[:place], table="queries")
    except WinnowError:
        rows = []  # the table is not there yet
    assert rows == whole[: len(rows)]


def test_a_dump_with_line_breaks_that_was_cut_off_anywhere_is_read_to_its_end() -> None:
    rows = ["INSERT INTO t (text) VALUES('one\ntwo');", "INSERT INTO t VALUES('it''s\n', -- why\n 1) /* no */;\n"]
    dump = "\n".join(["CREATE TABLE t (text TEXT, n DEFAULT 0);", "INSERT INTO t (text) VALUES('a');", *rows])
    for place in range(dump.index("INSERT"), len(dump)):
        read, dropped = good_and_dropped(dump[:place])
        assert len(read) + len(dropped) == dump[:place].count("\nI"), dump[:place]


def test_a_dump_of_quotes_that_hypothesis_found_is_read_to_its_end() -> None:
    values = ["N;NLL;", "N[", "'--0\\]", "'--0\\]", "", "'--0\\]"]
    rows, dropped = good_and_dropped(
        "\n".join(["CREATE TABLE t (text);", *(f"INSERT INTO t VALUES({v});" for v in values)])
    )
    assert (rows, len(dropped)) == ([], 7)


def test_a_last_statement_that_fails_without_a_semicolon_is_dropped_once() -> None:
    rows, dropped = good_and_dropped("CREATE TABLE t (text TEXT);\nINSERT INTO t VALUES('\n'--);")
    assert rows == []
    assert [detail.split(":")[0] for detail in dropped] == ["line 2"]


def test_a_trigger_that_never_ends_is_dropped_in_linear_time() -> None:
    begin = "CREATE TABLE t (text TEXT);\nINSERT INTO t VALUES('a');\n"
    trigger = "CREATE TRIGGER seen AFTER INSERT ON t BEGIN\n" + "INSERT INTO t VALUES('b');\n" * 20_000
    begun = time.perf_counter()
    rows, dropped = good_and_dropped(begin + trigger)
    assert (rows, [detail.split(":")[0] for detail in dropped]) == ([{"text": "a"}], ["line 3"])
    assert time.perf_counter() - begun < 20
    assert good_and_dropped(begin + trigger + " END") == (rows, [])


@settings(max_examples=200)
@given(st.lists(st.text("ab'\"`;()[]-/*\n\\,0NULX"), max_size=6))
def test_no_text_ends_in_a_traceback_and_no_broken_statement_vanishes(statements: list[str]) -> None:
    dump = "CREATE TABLE t (text TEXT);\n" + "\n".join(f"INSERT INTO t VALUES({one});" for one in statements)
    rows, dropped = good_and_dropped(dump)
    assert bool(statements) == bool(rows or dropped)
