"""The process that answers: migrate, make sure that there is an owner, and serve on the socket that was handed over."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from winnow_server.settings import OWNER, environment, keep_credentials, kept_credentials

CONNECTIONS = 40


def main(home: Path, run: Path, listening: int) -> None:
    """Serve until told to stop. `run` is the private folder of this start."""
    os.environ.update(environment(home, run / "redis.sock"))
    os.chdir(home)
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    _pragmas()
    _connections()
    _migrate()
    asyncio.run(_ensure_owner(home))
    from winnow_server import engine, speed  # registers the engine, which must come before the application

    assert os.environ["ARGILLA_SEARCH_ENGINE"] == engine.NAME
    if os.environ.get("WINNOW_SERVER_SHORTCUTS") != "off":  # a benchmark holds them against none
        speed.hasten()
    import uvicorn
    from argilla_server import app

    config = uvicorn.Config(
        with_guidelines(app, home), log_level="warning", access_log=False, timeout_graceful_shutdown=5
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=listening)])


def with_guidelines(app: Any, home: Path) -> Any:
    """The application, with the pages of HOME/guidelines under addresses that only annotators know."""
    from starlette.staticfiles import StaticFiles

    pages = StaticFiles(directory=home / "guidelines", check_dir=False)

    async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
        asked = str(scope.get("path", ""))
        if scope["type"] == "http" and asked.startswith("/guidelines/"):
            await pages({**scope, "path": asked.removeprefix("/guidelines"), "root_path": ""}, receive, send)
        else:
            await app(scope, receive, send)

    return answer


def _end_with_parent(parent: int) -> None:
    """Without the one who watches, nobody would stop us: end the whole group, Redis included."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _pragmas() -> None:
    """A write-ahead log: readers and the writer do not wait for each other, and a commit survives a killed process."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 30000", "secure_delete = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _connections() -> None:
    """Connections of Argilla's own are kept for as many as work at once; five are, as published, the rest made anew."""
    from sqlalchemy.ext import asyncio as alchemy

    published: Any = alchemy.create_async_engine
    alchemy.create_async_engine = lambda url, **given: published(url, **{"pool_size": CONNECTIONS, **given})


def _migrate() -> None:
    from alembic import command
    from alembic.config import Config
    from argilla_server.database import ALEMBIC_CONFIG_FILE, sync_engine
    from sqlalchemy import text

    command.upgrade(Config(ALEMBIC_CONFIG_FILE), "head")
    with sync_engine.begin() as connection:
        connection.execute(text("DROP INDEX IF EXISTS winnow_records"))
        connection.execute(text("CREATE INDEX IF NOT EXISTS winnow_places ON records (dataset_id, status, id)"))
        connection.execute(text("ANALYZE"))
    sync_engine.dispose()


async def _ensure_owner(home: Path) -> None:
    """The only user made here; a lost credentials file gets the owner a new password and key."""
    from argilla_server.contexts import accounts
    from argilla_server.database import AsyncSessionLocal, async_engine
    from argilla_server.models import User, UserRole

    made, new = kept_credentials(home)
    given = {"api_key": made["api_key"], "password_hash": accounts.hash_password(made["password"])}
    async with AsyncSessionLocal() as session:
        owner = await User.get_by(session, username=OWNER)
        if owner is None:
            await User.create(session, first_name="Owner", username=OWNER, role=UserRole.owner, **given)
        elif new:
            await owner.update(session, **given)
    await async_engine.dispose()
    if new:
        keep_credentials(home, made)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
