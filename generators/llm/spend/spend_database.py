"""The database file of the spend ledger: its tables, its transactions, and errors that a user can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from filelock import FileLock
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable

from winnow.core.database_errors import database_error
from winnow.core.errors import Problem, ServiceError, WinnowError

BUSY_SECONDS = 120
"""How long a command waits for another one that is writing."""

SCHEMA_VERSION = 2
"""Stored in the file as `user_version`; 0 is a file whose tables were not created yet."""

metadata = MetaData()

llm_request = Table(
    "llm_request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("provider", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("draw", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("context", Text, nullable=False),
    UniqueConstraint("hash", "draw"),
    UniqueConstraint("run_id", "purpose", "position"),
)

batch_job = Table(
    "batch_job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("remote_id", Text, unique=True),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('submitting', 'submitted', 'collected', 'not_created')"),
        nullable=False,
    ),
    Column("at", Text, nullable=False),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", Text, ForeignKey("llm_request.id"), nullable=False),
    Column("process", Text, nullable=False),
    Column("batch_job_id", Text, ForeignKey("batch_job.id")),
    Column("state", Text, CheckConstraint("state IN ('in_flight', 'received', 'unbilled', 'lost')"), nullable=False),
    Column("reserved", Integer, nullable=False),
    Column("cost", Integer),
    Column("input_tokens", Integer),
    Column("cache_write_tokens", Integer),
    Column("cache_read_tokens", Integer),
    Column("output_tokens", Integer),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("sent_at", Text, nullable=False),
    Column("ended_at", Text),
)

Index("one_response_per_request", attempt.c.request_id, unique=True, sqlite_where=text("state = 'received'"))

Index("one_in_flight_per_request", attempt.c.request_id, unique=True, sqlite_where=text("state = 'in_flight'"))


@dataclass(frozen=True)
class SpendDatabase:
    """The file, created on first use. Reads see one snapshot; every write is one transaction."""

    path: Path

    @property
    def exists(self) -> bool:
        """Whether anything was ever written to it."""
        return self.path.exists()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot: everything that is read in the block belongs to one moment."""
        with _translated_errors(self.path), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that excludes other writers from its first statement; an error leaves the old state."""
        with _translated_errors(self.path):
            engine = self._engine.execution_options(winnow_begin="BEGIN IMMEDIATE")
            with engine.connect() as connection, connection.begin():
                yield connection

    def vacuum(self) -> None:
        """Rewrite the file without free pages, so that erased content cannot be recovered from it."""
        if not self.exists:
            return
        with _translated_errors(self.path):
            plain = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                plain.execute("VACUUM")
                busy, *_ = plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                plain.close()
        if busy:
            fix = "try again when the other one has ended"
            raise ServiceError(Problem(str(self.path), "another command still reads the old content", "no reader", fix))

    @cached_property
    def _engine(self) -> Engine:
        if _schema_version(self.path) < SCHEMA_VERSION:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock"), timeout=BUSY_SECONDS):
                version = _schema_version(self.path)
                if version == 0:
                    _create_tables(self.path)
                elif version < SCHEMA_VERSION:
                    _add_providers(self.path)
        return _engine(self.path)


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # SQLAlchemy begins transactions, not the driver: DDL is transactional then
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("winnow_begin", "BEGIN"))

    return engine


def _schema_version(path: Path) -> int:
    """The schema of a file; 0 where it is missing, or where its creation was interrupted."""
    if not path.exists():
        return 0
    plain = sqlite3.connect(path, timeout=BUSY_SECONDS)
    try:
        version = int(plain.execute("PRAGMA user_version").fetchone()[0])
    finally:
        plain.close()
    if version > SCHEMA_VERSION:
        raise WinnowError(Problem(str(path), f"schema {version}", f"at most {SCHEMA_VERSION}", "upgrade Winnow"))
    return version


def _create_tables(path: Path) -> None:
    """Create everything in one transaction, so that a kill leaves an empty file or a complete one."""
    plain = sqlite3.connect(path, timeout=BUSY_SECONDS)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.close()
    engine = _engine(path).execution_options(winnow_begin="BEGIN IMMEDIATE")
    with engine.connect() as connection, connection.begin():
        metadata.create_all(connection)
        for table in metadata.tables:
            connection.exec_driver_sql(_no_delete_trigger(table))
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _no_delete_trigger(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} rows are never deleted'); END"
    )


COPY_REQUESTS = """
    INSERT INTO llm_request_2 (id, run_id, purpose, position, provider, hash, draw, body, context)
    SELECT id, run_id, stage || ' ' || round, position, 'claude', hash, draw, json_object(
        'provider', 'claude', 'model', json_extract(body, '$.model'),
        'shared', json_extract(body, '$.system[0].text'),
        'cached', json(iif(json_type(body, '$.system[0].cache_control') IS NULL, 'false', 'true')),
        'own', json_extract(body, '$.messages[0].content'),
        'answer_schema', json_extract(body, '$.output_config.format.schema'),
        'max_tokens', json_extract(body, '$.max_tokens'),
        'effort', coalesce(json_extract(body, '$.output_config.effort'), 'none')
    ), context FROM llm_request
"""
"""Schema 1 stored requests as bodies of Claude's Messages API, by stage and round."""


def _add_providers(path: Path) -> None:
    """Change a file of schema 1 to schema 2, in one transaction."""
    created = CreateTable(llm_request.to_metadata(MetaData(), name="llm_request_2"))
    plain = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None
    )  # with foreign keys off, as the copy needs
    try:
        plain.execute("BEGIN IMMEDIATE")
        plain.execute(str(created.compile(dialect=sqlite.dialect())))
        plain.execute(COPY_REQUESTS)
        plain.execute("DROP TABLE llm_request")
        plain.execute("ALTER TABLE llm_request_2 RENAME TO llm_request")
        plain.execute(_no_delete_trigger("llm_request"))
        plain.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        plain.execute("COMMIT")
    finally:
        plain.close()


@contextmanager
def _translated_errors(path: Path) -> Iterator[None]:
    """Turn the driver's errors about disks and locks into problems; the transaction has been rolled back by then."""
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        raise database_error(path, str(error), damaged=lambda: _damage(path)) or error from error


def _damage(path: Path) -> Problem:
    fix = (
        "restore spend.db from a copy; or move it away: responses that are stored and records that were added stay, "
        "but what was spent until now no longer counts toward any budget"
    )
    return Problem(str(path), "the spend ledger is damaged", "an intact database", fix)
