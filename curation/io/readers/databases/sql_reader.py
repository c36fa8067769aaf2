"""SQL: one table of a dump, as `wrangler d1 export` and `.dump` of SQLite write it."""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from winnow.core.vocabulary import DropReason
from winnow.curation.io.readers.databases.database_tables import open_database, rows_of_table, table_to_read
from winnow.curation.io.readers.databases.sql_statements import Statement, next_line_of_statement, statement_at
from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.numbered_rows import NumberedRow, unreadable_file
from winnow.validators.text import Drop

MAX_VALUE_BYTES = 20_000_000
"""Longest value and longest statement; D1 stores values of up to 2 MB."""

MAX_ERROR_CHARACTERS = 80
"""Characters of SQLite's own message that a reason shows: it may repeat the whole statement."""


class StatementEffect(StrEnum):
    """What is done with a statement."""

    RUN = "run"
    SKIP = "skip"
    """It changes no row of a table."""
    REFUSE_FILE = "refuse file"
    """It changes rows that other statements wrote: without it, they would not be those of the database."""
    DROP = "drop"


EFFECTS = (
    (re.compile(r"INSERT\b", re.I), StatementEffect.RUN),
    (re.compile(r"CREATE\s+TABLE\b", re.I), StatementEffect.RUN),
    (re.compile(r"(?:PRAGMA|BEGIN|COMMIT|END|ANALYZE|SAVEPOINT|RELEASE)\b", re.I), StatementEffect.SKIP),
    (re.compile(r"CREATE\s+(?:UNIQUE\s+)?(?:INDEX|VIEW|TRIGGER)\b", re.I), StatementEffect.SKIP),
    (re.compile(r"DROP\s+(?:TABLE|INDEX|VIEW|TRIGGER)\s+IF\s+EXISTS\b", re.I), StatementEffect.SKIP),
    (re.compile(r"DELETE\s+FROM\s+[\"'`]?(?:sqlite_|_cf_|d1_migrations)", re.I), StatementEffect.SKIP),
    (re.compile(r"(?:DELETE|UPDATE|REPLACE|ALTER|DROP|ROLLBACK)\b", re.I), StatementEffect.REFUSE_FILE),
    (re.compile(""), StatementEffect.DROP),
)
"""The effect of a statement, by how it begins; the first that matches."""

_TARGET = re.compile(
    r"INSERT\s+(?:OR\s+\w+\s+)?INTO\s+(?:\"(?P<d>(?:[^\"]|\"\")+)\"|`(?P<b>[^`]+)`|\[(?P<s>[^\]]+)\]|(?P<w>\w+))", re.I
)

_ALWAYS = frozenset((sqlite3.SQLITE_INSERT, sqlite3.SQLITE_TRANSACTION))
_ALLOWED = {
    "INSERT": _ALWAYS | {sqlite3.SQLITE_SELECT},  # VALUES with several rows is a SELECT to SQLite
    "CREATE": _ALWAYS
    | {sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_CREATE_INDEX, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_READ},
}
"""What a statement may do, by its first word. A dump reads no rows, no other file, and runs no program."""

TEXT_FUNCTIONS = frozenset(("replace", "char", "unistr"))
"""With these, dumps write line breaks."""

LOADERS = frozenset(("load_extension", "fts3_tokenizer"))
"""Functions that load code. No column may be defined with them either."""

MOMENT_FUNCTIONS = (
    "current_timestamp current_date current_time date time datetime julianday unixepoch strftime random randomblob"
).split()
"""A column's default that one of these makes is NULL: it would state when the dump was read."""


@dataclass
class _DumpDatabase:
    """The database that the statements of a dump make, in memory only."""

    connection: sqlite3.Connection
    word: str = ""
    """The first word of the statement that runs."""
    refused: str = ""
    """What that statement was refused for."""
    drops: list[tuple[str, Drop]] = field(default_factory=list)
    """Statements that were not read, each with the table that it would fill; empty if it names none."""

    def run(self, statement: Statement) -> str:
        """Run a statement; why it failed, or nothing."""
        self.word, self.refused = statement.text[:6].upper(), ""
        try:
            self.connection.execute(statement.text)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            return self.refused or str(error)[:MAX_ERROR_CHARACTERS]
        return ""

    def authorize(self, action: int, first: str | None, second: str | None, *_: object) -> int:
        """SQLite asks this about everything that a statement does."""
        if action == sqlite3.SQLITE_FUNCTION and second not in LOADERS:
            is_definition = self.word == "CREATE"  # of a check or a computed column
            if is_definition or second in TEXT_FUNCTIONS:
                return sqlite3.SQLITE_OK
        if action in _ALLOWED.get(self.word, ()):
            return sqlite3.SQLITE_OK
        self.refused = f"it calls {second}()" if action == sqlite3.SQLITE_FUNCTION else "it does more than add rows"
        return sqlite3.SQLITE_DENY

    def drop(self, statement: Statement, why: str) -> None:
        """Note a statement that was not read."""
        found = _TARGET.match(statement.text)
        target = next(filter(None, found.groups()), "") if found else ""
        detail = f"line {statement.line}: {why}"
        self.drops.append((target, Drop(DropReason.MALFORMED_ROW, detail, statement.text)))


def sql_rows(dump: str, *, name: str = "file", table: str | None = None) -> Iterator[NumberedRow]:
    """Rows of one table of a dump, in the table's own order, and then the statements for it that cannot be read.

    A statement that fails costs only itself. If a quote in it never ends, or ends in another line, reading goes on at
    the next line that begins like a statement, but only if no string before it held a line break: then the text of a
    message cannot be taken for a statement.
    Raises WinnowError for a dump that changes rows, and where it must be said which table to read.
    """
    database = _DumpDatabase(_empty_database())
    try:
        database.connection.set_authorizer(database.authorize)
        _run_all(database, dump, name)
        database.connection.set_authorizer(None)
        chosen = table_to_read(database.connection, name=name, table=table)
        lost = (drop for target, drop in database.drops if target.lower() in ("", chosen.lower()))
        yield from enumerate(itertools.chain(rows_of_table(database.connection, chosen), lost), 1)
    finally:
        database.connection.close()


def _run_all(database: _DumpDatabase, dump: str, name: str) -> None:
    place, line, breaks_lines = 0, 1, False
    while statement := statement_at(dump, place, line):
        failure = _failure(database, statement, name)
        end = statement.end
        if failure and statement.has_line_break and not breaks_lines:
            end = next_line_of_statement(dump, statement.start)
            statement = statement._replace(text=dump[statement.start : end].rstrip())
        if failure:
            database.drop(statement, failure)
        breaks_lines |= statement.has_line_break and not failure
        line += dump.count("\n", place, end)
        place = end


def _failure(database: _DumpDatabase, statement: Statement, name: str) -> str:
    """Why a statement was not read; empty if it was, or if it need not be."""
    if statement.is_open:
        return "a quote, a name, a comment or a trigger that begins in this statement never ends"
    effect = next(effect for begins, effect in EFFECTS if begins.match(statement.text))
    word = statement.text.split(maxsplit=1)[0][:20].upper() if statement.text.strip() else ""
    if effect is StatementEffect.REFUSE_FILE:
        fix = "export the database itself, as with `wrangler d1 export`"
        found = f"line {statement.line}: {word}, which changes rows"
        raise unreadable_file(name, found, "a dump: CREATE TABLE and INSERT statements", fix)
    if effect is StatementEffect.DROP and word:
        return f"{word} is not a statement of a dump, and was not run"
    return database.run(statement) if effect is StatementEffect.RUN else ""


def _empty_database() -> sqlite3.Connection:
    connection = open_database(":memory:")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    limits = (sqlite3.SQLITE_LIMIT_LENGTH, sqlite3.SQLITE_LIMIT_SQL_LENGTH)
    for limit in limits:
        connection.setlimit(limit, MAX_VALUE_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for function in MOMENT_FUNCTIONS:
        connection.create_function(function, -1, lambda *_: None)
    connection.create_function("unistr", 1, _unistr, deterministic=True)
    return connection


def _unistr(text: str) -> str:
    r"""The function of SQLite 3.50 with which newer dumps write line breaks: `\u000a`, and `\\` for a backslash."""
    escape = re.compile(r"\\(?:(\\)|\+([0-9A-Fa-f]{6})|U([0-9A-Fa-f]{8})|u?([0-9A-Fa-f]{4})|)")

    def character(found: re.Match[str]) -> str:
        digits = found.group(2) or found.group(3) or found.group(4)
        if not digits and not found.group(1):
            raise ValueError("invalid Unicode escape")
        return "\\" if found.group(1) else chr(int(digits, 16))

    return escape.sub(character, text)


SQL = FileFormat("sql", lambda file: sql_rows(file.text, name=file.name, table=file.table), suffixes=(".sql",))
