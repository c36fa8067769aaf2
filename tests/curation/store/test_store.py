from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import alembic.command
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

import winnow.curation.store
from winnow.core.errors import ServiceError, WinnowError
from winnow.curation.store.bulk_insert import insert_new
from winnow.curation.store.database import open_store
from winnow.curation.store.groups import eligible_counts, split_reason
from winnow.curation.store.migrations import HEAD
from winnow.curation.store.records import records_by_id_prefix
from winnow.curation.store.tables import metadata
from winnow.curation.store.working_view import working_rows
from winnow.curation.store.written_once import WRITTEN_ONCE, unique_keys, written_once_triggers

AT = "2026-01-01T00:00:00+00:00"


def sql(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = ON")
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()


def create_first_schema(path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(winnow.curation.store.__file__).parent / "migrations"))
    with create_engine(f"sqlite:///{path}").begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0001")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "winnow.db"
    with open_store(path).writing() as connection:
        connection.exec_driver_sql(f"INSERT INTO record_group VALUES ('f', '', 'train', 'drawn', 'a', '{AT}')")
        connection.exec_driver_sql(f"INSERT INTO record VALUES ('r', 'intents', 'T', 't', 'f', '{AT}')")
        connection.exec_driver_sql(
            f"INSERT INTO source VALUES ('s', 'h', 'n', '{{}}', 'human', 'x', NULL, '{AT}', NULL, NULL)"
        )
        connection.exec_driver_sql("INSERT INTO occurrence (record_id, source_id, row) VALUES ('r', 's', 1)")
        connection.exec_driver_sql(
            "INSERT INTO decision (record_id, actor, who, kind, value, why, at) "
            f"VALUES ('r', 'person', 'ann', 'label', 'a', '', '{AT}')"
        )
    return path


def test_migrations_and_tables_agree(tmp_path: Path) -> None:
    store = open_store(tmp_path / "winnow.db")
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        triggers = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        assert {row[0].strip() for row in triggers} == set(written_once_triggers())
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    scripts = ScriptDirectory(str(Path(winnow.curation.store.__file__).parent / "migrations"))
    assert scripts.get_current_head() == HEAD


def test_an_older_database_is_migrated_with_its_rows_and_rules(tmp_path: Path) -> None:
    path = tmp_path / "winnow.db"
    create_first_schema(path)
    sql(path, f"INSERT INTO record_group VALUES ('f', '', 'train', 'drawn', 'a', '{AT}')")
    sql(path, f"INSERT INTO record VALUES ('r', 'intents', 'T', 't', 'f', '{AT}')")
    sql(path, f"INSERT INTO source VALUES ('s', 'h', 'n', '{{}}', 'human', 'x', NULL, '{AT}', NULL, NULL)")
    sql(path, "INSERT INTO occurrence (record_id, source_id, row) VALUES ('r', 's', 1)")
    with open_store(path).reading() as connection:
        assert [record.content for record in records_by_id_prefix(connection, "r")] == ["T"]
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    sql(path, f"INSERT INTO record VALUES ('r2', 'a kind of tomorrow', 'T', 't', 'f', '{AT}')")
    for statement in (
        "UPDATE record SET content = 'other'",
        "INSERT INTO occurrence (record_id, source_id, row) VALUES ('nobody', 's', 2)",
        f"INSERT INTO record VALUES ('r3', 'intents', 'T', 't', 'no group', '{AT}')",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            sql(path, statement)


def test_a_migrated_database_stores_groups_of_held_out_tools(tmp_path: Path) -> None:
    path = tmp_path / "winnow.db"
    create_first_schema(path)
    group = "INSERT INTO record_group VALUES ('{}', '', 'test', '{}', 'a', '" + AT + "')"
    sql(path, group.format("f", "given"))
    with pytest.raises(sqlite3.IntegrityError):
        sql(path, group.format("g", "held_out_tool"))
    with open_store(path).reading() as connection:
        assert split_reason(connection, "f") == "given"
    sql(path, group.format("g", "held_out_tool"))
    for statement in (group.format("h", "another reason"), "UPDATE record_group SET why = 'drawn'"):
        with pytest.raises(sqlite3.IntegrityError):
            sql(path, statement)


def test_groups_that_fill_no_quota_are_not_counted(database: Path) -> None:
    for number, why in enumerate(("train_only", "held_out_tool", "given"), 1):
        sql(database, f"INSERT INTO record_group VALUES ('g{number}', '', 'test', '{why}', 'a', '{AT}')")
        sql(database, f"INSERT INTO record VALUES ('r{number}', 'intents', 'T', 't', 'g{number}', '{AT}')")
        sql(database, f"INSERT INTO occurrence (record_id, source_id, row) VALUES ('r{number}', 's', {number + 1})")
    with open_store(database).reading() as connection:
        assert sorted(eligible_counts(connection)) == [("a", "test", 1), ("a", "train", 1)]


def test_a_database_with_broken_references_is_not_migrated(tmp_path: Path) -> None:
    path = tmp_path / "winnow.db"
    create_first_schema(path)
    plain = sqlite3.connect(path)
    with plain:
        plain.execute(f"INSERT INTO record VALUES ('r', 'intents', 'T', 't', 'no group', '{AT}')")
    plain.close()
    with pytest.raises(ServiceError, match=r"1 row refers to rows that do not exist, for example in table record"):
        open_store(path)
    assert sql(path, "SELECT text FROM record") == [("T",)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_group SET assigned_split = 'test'",
        "UPDATE record SET content = 'other'",
        "UPDATE occurrence SET given_label = 'b'",
        "DELETE FROM occurrence",
        "UPDATE decision SET value = 'b'",
        "DELETE FROM decision",
        "INSERT INTO occurrence (record_id, source_id, row) VALUES ('r', 's', 1)",
        "INSERT INTO occurrence (record_id, source_id, row) VALUES ('nobody', 's', 2)",
        f"INSERT INTO record VALUES ('r2', 'intents', 'T', 't', 'no group', '{AT}')",
        f"INSERT INTO record VALUES ('r', 'intents', 'T', 't', 'f', '{AT}')",
        f"INSERT INTO record_group VALUES ('g', '', 'holdout', 'drawn', 'a', '{AT}')",
        f"INSERT INTO source VALUES ('s2', 'h', 'n', '{{}}', 'human', 'x', NULL, '{AT}', NULL, NULL)",
        "INSERT INTO decision (record_id, actor, who, kind, value, why, at) "
        f"VALUES ('r', 'person', 'ann', 'label', 'a', '', '{AT}')",
    ],
)
def test_the_database_itself_refuses_to_break_its_rules(database: Path, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        sql(database, statement)


def test_an_error_leaves_the_old_state(database: Path) -> None:
    store = open_store(database)
    insert = "INSERT INTO record_group VALUES ('{}', '', 'train', 'drawn', 'a', 'now')"

    def write_two() -> None:
        with store.writing() as connection:
            connection.exec_driver_sql(insert.format("new"))
            connection.exec_driver_sql(insert.format("f"))

    with pytest.raises(IntegrityError):
        write_two()
    assert sql(database, "SELECT id FROM record_group") == [("f",)]


def test_a_newer_schema_is_refused_and_left_alone(database: Path) -> None:
    sql(database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WinnowError, match="upgrade Winnow"):
        open_store(database)


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "winnow.db"
    path.write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(ServiceError, match=r"still readable: nothing"):
        open_store(path)


MAY_CHANGE = {
    "source.retracted_at",
    "generation_run.ended_at",
    "waiver.withdrawn_at",
    *(f"queue_dataset.{column.name}" for column in metadata.tables["queue_dataset"].columns),
    *(f"queue_item.{column.name}" for column in metadata.tables["queue_item"].columns),
    *(f"{table}.{column.name}" for table in ("flag", "suspected_error") for column in metadata.tables[table].columns),
}
"""The columns that a statement of one column may change in a row that nothing was retracted from or forgotten in."""

MAY_BE_DELETED = {
    "flag",
    "suspected_error",
    "source_form",
    "supersession",
    "interaction",
    "queue_dataset",
    "queue_item",
}
"""Flags, suspected errors and source forms are erased with their record, and so are supersessions and interactions that
name a forgotten record, as the ones here do; queues are work in progress."""


@pytest.fixture
def full_database(tmp_path: Path) -> sqlite3.Connection:
    """One row in every table, and no constraint but the triggers."""
    path = tmp_path / "winnow.db"
    open_store(path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for table in metadata.sorted_tables:
        if table.name != "setting":
            absent = ("retracted_at", "retracted_why", "ended_at", "withdrawn_at")
            values = {f'"{c.name}"': None if c.name in absent else 1 for c in table.columns}
            marks = ", ".join("?" for _ in values)
            connection.execute(f"INSERT INTO {table.name} ({', '.join(values)}) VALUES ({marks})", [*values.values()])
    return connection


def is_refused(connection: sqlite3.Connection, statement: str) -> bool:
    """Whether a trigger refuses a statement; it is undone if not."""
    connection.execute("BEGIN")
    try:
        assert connection.execute(statement).rowcount >= 1
    except sqlite3.IntegrityError:
        return True
    finally:
        connection.execute("ROLLBACK")
    return False


def test_every_column_is_written_once_except_those_listed(full_database: sqlite3.Connection) -> None:
    columns = [(table.name, column.name) for table in metadata.sorted_tables for column in table.columns]
    changed = {
        f"{table}.{column}"
        for table, column in columns
        if not is_refused(full_database, f"UPDATE {table} SET \"{column}\" = '2'")
    }
    assert changed == MAY_CHANGE
    tables = [table.name for table in metadata.sorted_tables]
    deleted = {table for table in tables if not is_refused(full_database, f"DELETE FROM {table}")}
    assert deleted == MAY_BE_DELETED


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("UPDATE source SET retracted_at = 'x', retracted_why = 'y'", "UPDATE source SET retracted_at = NULL"),
        ("UPDATE source SET retracted_at = 'x', retracted_why = 'y'", "UPDATE source SET retracted_why = 'z'"),
        ("UPDATE generation_run SET ended_at = 'x'", "UPDATE generation_run SET ended_at = NULL"),
    ],
)
def test_a_retraction_and_the_end_of_a_run_are_final(
    full_database: sqlite3.Connection, first: str, second: str
) -> None:
    full_database.execute(first)
    assert is_refused(full_database, second)


def test_a_database_of_yesterday_gets_the_triggers_of_today(tmp_path: Path) -> None:
    path = tmp_path / "winnow.db"
    create_first_schema(path)
    sql(path, f"INSERT INTO source VALUES ('s', 'h', 'n', '{{}}', 'synthetic', 'x', NULL, '{AT}', NULL, NULL)")
    sql(path, "UPDATE source SET origin = 'human'")
    open_store(path)
    with pytest.raises(sqlite3.IntegrityError, match="source rows are written once"):
        sql(path, "UPDATE source SET origin = 'synthetic'")


@pytest.mark.parametrize(("recorded", "origin"), [("elsewhere", "synthetic"), ("known", "human")])
def test_in_an_old_database_only_a_recorded_release_says_when_its_rows_were_shown(
    tmp_path: Path, recorded: str, origin: str
) -> None:
    path = tmp_path / "winnow.db"
    create_first_schema(path)
    settings = json.dumps({"release": "known"})
    shown = [("first", settings, "human"), ("by a machine", "{}", "synthetic"), ("By a machine!", settings, "human")]
    for number, (text, stated, source_origin) in enumerate(shown):
        sql(path, f"INSERT INTO record_group VALUES ('g{number}', '', 'train', 'drawn', 'a', '{AT}')")
        fold = text.casefold()
        sql(path, f"INSERT INTO record VALUES ('r{number}', 'intents', '{text}', '{fold}', 'g{number}', '{AT}')")
        source = f"'s{number}', 'h{number}', 'n', '{stated}', '{source_origin}', 'x', NULL, '{AT}', NULL, NULL"
        sql(path, f"INSERT INTO source VALUES ({source})")
        sql(path, f"INSERT INTO occurrence (record_id, source_id, row) VALUES ('r{number}', 's{number}', 1)")
    sql(path, f"INSERT INTO artifact VALUES ('one', 'release', 'p', '{recorded}', '{{}}', '{AT}')")
    with open_store(path).reading() as connection:
        rows = {row.id: row.origin for row in working_rows(connection)}
    assert rows == {"r0": "human", "r1": "synthetic", "r2": origin}


def replacement(table: str, key: Sequence[str]) -> str:
    """A statement that replaces the row of a table by one that has the same key and is otherwise different."""
    columns = [column.name for column in metadata.tables[table].columns]
    kept = {*key, "retracted_at"}
    values = ", ".join(f'"{name}"' if name in kept else "2" for name in columns)
    return f"INSERT OR REPLACE INTO {table} SELECT {values} FROM {table}"


def test_no_row_that_is_written_once_is_replaced_by_an_insertion(full_database: sqlite3.Connection) -> None:
    keys = [(table, key.columns) for table in WRITTEN_ONCE for key in unique_keys(metadata.tables[table])]
    assert len(keys) > len(WRITTEN_ONCE)
    assert [one for one in keys if not is_refused(full_database, replacement(*one))] == []


def test_a_replacement_is_refused_in_a_migrated_database_and_what_is_stored_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "winnow.db"
    create_first_schema(path)
    row = "'s', 'h', 'n', '{{}}', '{}', 'x', NULL, '" + AT + "', NULL, NULL"
    sql(path, f"INSERT INTO source VALUES ({row.format('synthetic')})")
    sql(path, f"INSERT OR REPLACE INTO source VALUES ({row.format('log')})")
    store = open_store(path)
    with pytest.raises(sqlite3.IntegrityError, match="source rows are written once"):
        sql(path, f"INSERT OR REPLACE INTO source VALUES ({row.format('human')})")
    setting = metadata.tables["setting"]
    for value in ("1", "2"):
        with store.writing() as connection:
            insert_new(connection, setting, [{"name": "a", "value": value}, {"name": f"only {value}", "value": "x"}])
    stored = sql(path, "SELECT name, value FROM setting WHERE name IN ('a', 'only 1', 'only 2') ORDER BY name")
    assert stored == [("a", "1"), ("only 1", "x"), ("only 2", "x")]
    assert sql(path, "SELECT origin FROM source") == [("log",)]
