"""Open winnow.db: pragmas, transactions, migrations, and errors a user can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Connection as Connection  # for all who only pass it on to this package
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from winnow.core.commands import command
from winnow.core.database_errors import database_error
from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.curation.store.migrations import HEAD
from winnow.curation.store.tables import metadata

BUSY_SECONDS = 120
"""How long a command waits for another one that is writing."""


@dataclass(frozen=True)
class Store:
    """A database that is at the current schema. Reads see one snapshot; a write is one transaction."""

    path: Path
    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot: everything read in the block is of one moment."""
        with _translated_errors(self.path), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one transaction of a command. It waits for other writers; an error leaves the old state."""
        engine = self.engine.execution_options(winnow_begin="BEGIN IMMEDIATE")
        with _translated_errors(self.path), engine.connect() as connection, connection.begin():
            yield connection

    def vacuum(self) -> None:
        """Write the file anew without its free pages, so that nothing deleted can be read out of it."""
        with _translated_errors(self.path):
            plain = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                plain.execute("VACUUM")
                busy, *_ = plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if busy:
                    fix = "run the same command again when the other one has ended"
                    found = "another command still reads what was there before"
                    raise ServiceError(Problem(str(self.path), found, "nobody reading", fix))
            finally:
                plain.close()


def open_store(path: Path) -> Store:
    """Open a database, creating it or bringing it to the current schema first."""
    store = Store(path, _engine(path))
    with _translated_errors(path):
        if _revision(path) != HEAD:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_suffix(".lock"), timeout=BUSY_SECONDS):
                if _revision(path) != HEAD:
                    _migrate(store)
    return store


def workspace_setting(connection: Connection, name: str) -> str:
    """A value that this workspace was given when it was made."""
    value = connection.exec_driver_sql("SELECT value FROM setting WHERE name = ?", (name,)).scalar_one()
    return str(value)


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # SQLAlchemy, not the driver, begins: DDL is transactional then
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("winnow_begin", "BEGIN"))

    return engine


def _revision(path: Path) -> str | None:
    """The schema revision of a database file, without loading Alembic; None for an empty or missing one."""
    if not path.exists():
        return None
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchall()
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall() if tables else []
    finally:
        connection.close()
    revision = rows[0][0] if rows else None
    if revision is not None and revision > HEAD:
        fix = "upgrade Winnow"
        raise WinnowError(Problem(str(path), f"schema {revision}", f"at most {HEAD}", fix))
    return revision


def _migrate(store: Store) -> None:
    from alembic import command
    from alembic.config import Config

    plain = sqlite3.connect(store.path, timeout=BUSY_SECONDS)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.close()
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with store.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _translated_errors(path: Path) -> Iterator[None]:
    """Turn the driver's errors about disk and locks into faults; the transaction has been rolled back by then."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise database_error(path, str(error), damaged=lambda: _damage(path)) or error from error


def _damage(path: Path) -> Problem:
    return Problem(str(path), f"the database is damaged; {_readable_tables(path)}", "a whole database", RECOVERY_HELP)


RECOVERY_HELP = (
    "restore winnow.db from a copy; or move it away and add what is intact again: your source files, or the rows of a "
    f"release, split by split ({command('add', '.winnow/releases/NAME/jsonl/train.jsonl', group_column='group')})"
)


def _readable_tables(path: Path) -> str:
    """What of a damaged database can still be read, table by table."""
    plain = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    counts: dict[str, int | None] = {}
    try:
        for table in metadata.tables:
            try:
                counts[table] = len(plain.execute(f"SELECT * FROM {table}").fetchall())
            except sqlite3.DatabaseError:
                counts[table] = None
    finally:
        plain.close()
    whole = ", ".join(f"{table} {count:,}" for table, count in counts.items() if count)
    lost = ", ".join(table for table, count in counts.items() if count is None)
    return f"still readable: {whole or 'nothing'}; not readable: {lost or 'nothing'}"
