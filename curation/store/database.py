"""Open winnow.db: pragmas, transactions, migrations, and errors a user can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Connection as Connection  # for modules that only pass it to this package
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from winnow.core.commands import command
from winnow.core.counted import agreeing, counted
from winnow.core.database_errors import database_error
from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.curation.store.migrations import HEAD
from winnow.curation.store.tables import metadata

BUSY_SECONDS = 120
"""How long a command waits for another one to finish writing."""


@dataclass(frozen=True)
class Store:
    """A database with the current schema. A read sees one snapshot; a write is one transaction."""

    path: Path
    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot: everything read in the block is from the same moment."""
        with _translated_errors(self.path), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *, dry_run: bool = False) -> Iterator[Connection]:
        """The one transaction of a command. It waits for other writers; an error or a dry run rolls it back."""
        engine = self.engine.execution_options(winnow_begin="BEGIN IMMEDIATE")
        with _translated_errors(self.path), engine.connect() as connection, connection.begin() as transaction:
            yield connection
            if dry_run:
                transaction.rollback()

    def vacuum(self) -> None:
        """Rewrite the file without free pages, so that deleted content cannot be recovered from it."""
        with _translated_errors(self.path):
            plain = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                plain.execute("VACUUM")
                busy, *_ = plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if busy:
                    fix = "try again when the other one has finished"
                    found = "another command still reads the old content"
                    raise ServiceError(Problem(str(self.path), found, "no reader", fix))
            finally:
                plain.close()


def open_store(path: Path) -> Store:
    """Open a database; create it or migrate it to the current schema first if necessary."""
    store = Store(path, _engine(path))
    with _translated_errors(path):
        if _revision(path) != HEAD:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_suffix(".lock"), timeout=BUSY_SECONDS):
                if _revision(path) != HEAD:
                    _migrate(store)
    return store


def has_current_schema(path: Path) -> bool:
    """Whether a database file exists and opening it would not migrate it."""
    with _translated_errors(path):
        return _revision(path) == HEAD


def copy_database(path: Path, copy: Path) -> None:
    """Copy a database with everything that is committed, also what is still in its write-ahead log."""
    with (
        _translated_errors(path),
        closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)


def workspace_setting(connection: Connection, name: str) -> str:
    """A value that was set when this workspace was created."""
    value = connection.exec_driver_sql("SELECT value FROM setting WHERE name = ?", (name,)).scalar_one()
    return str(value)


def _engine(path: Path, *, foreign_keys: bool = True) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # SQLAlchemy begins transactions, not the driver, so DDL is transactional
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
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
    # A migration may put a table in another one's place, which foreign keys would refuse half-way.
    migrated = Store(store.path, _engine(store.path, foreign_keys=False))
    with migrated.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
            found = (
                f"{counted(len(broken), 'row')} {agreeing(len(broken), 'refers', 'refer')} to "
                f"rows that do not exist, for example in table {broken[0][0]}"
            )
            raise ServiceError(Problem(str(store.path), found, "an intact database", RECOVERY_HELP))


@contextmanager
def _translated_errors(path: Path) -> Iterator[None]:
    """Translate errors of the driver about disks, locks and damage; the transaction has already been rolled back."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise database_error(path, str(error), damaged=lambda: _damage(path)) or error from error


def _damage(path: Path) -> Problem:
    return Problem(str(path), f"the database is damaged; {_readable_tables(path)}", "an intact database", RECOVERY_HELP)


RECOVERY_HELP = (
    "restore winnow.db from a copy; or move it away and add the rows of a release, which keep their origin, split, "
    f"group, weight and label ({command('add', '.winnow/releases/NAME')}), or your source files again"
)


def _readable_tables(path: Path) -> str:
    """Which tables of a damaged database can still be read, with their row counts."""
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
