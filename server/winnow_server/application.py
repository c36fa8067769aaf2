"""The serving process: migrate the database, ensure that an owner exists, and serve on the inherited socket."""

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

from winnow_server.settings import OWNER, environment, store_credentials, stored_credentials

CONNECTIONS = 40


def main(home: Path, run: Path, listening: int) -> None:
    """Serve until a signal. `run` is the private folder of this start."""
    os.environ.update(environment(home, run / "redis.sock"))
    os.chdir(home)
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    _set_pragmas()
    _keep_connections()
    _migrate()
    asyncio.run(_ensure_owner(home))
    from winnow_server import argilla_patches, search_engine  # registers the engine, before the application is imported

    assert os.environ["ARGILLA_SEARCH_ENGINE"] == search_engine.NAME
    if os.environ.get("WINNOW_SERVER_PATCHES") != "off":  # a benchmark compares with and without
        argilla_patches.apply_patches()
    import uvicorn
    from argilla_server import app

    config = uvicorn.Config(secured(app, home), log_level="warning", access_log=False, timeout_graceful_shutdown=5)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=listening)])


def secured(app: Any, home: Path) -> Any:
    """Argilla with the guidelines pages, a limit of sign-ins, and what protects pages in a browser."""
    from winnow_server.page_security import argilla_pages, remove_foreign_imports, with_page_security
    from winnow_server.sign_in import check_passwords_in_threads, with_sign_in_limit

    pages = argilla_pages(app)
    remove_foreign_imports(pages)
    check_passwords_in_threads()
    return with_page_security(with_sign_in_limit(with_guidelines(app, home)), pages)


def with_guidelines(app: Any, home: Path) -> Any:
    """The application, with the pages of HOME/guidelines under addresses that only annotators know."""
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    folder = home / "guidelines"
    folder.mkdir(exist_ok=True)  # the first push writes the first page
    pages = Starlette(routes=[Mount("/guidelines", StaticFiles(directory=folder))])

    async def respond(scope: dict[str, Any], receive: Any, send: Any) -> None:
        guidelines = scope["type"] == "http" and str(scope["path"]).startswith("/guidelines/")
        await (pages if guidelines else app)(scope, receive, send)

    return respond


def _end_with_parent(parent: int) -> None:
    """End the whole process group, Redis included, when the supervisor is gone: nothing else would stop it."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _set_pragmas() -> None:
    """A write-ahead log: readers and the writer do not wait for each other, and a commit survives a killed process."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 30000", "secure_delete = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _keep_connections() -> None:
    """Argilla keeps five connections and opens the rest for each request; keep enough for all who work at once."""
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
        connection.execute(text("DROP INDEX IF EXISTS winnow_places"))
        connection.execute(text("CREATE INDEX IF NOT EXISTS winnow_record_order ON records (dataset_id, status, id)"))
        connection.execute(text("ANALYZE"))
    sync_engine.dispose()


async def _ensure_owner(home: Path) -> None:
    """Create the owner; if the credentials file is lost, the owner gets a new password and key."""
    from argilla_server.contexts import accounts
    from argilla_server.database import AsyncSessionLocal, async_engine
    from argilla_server.models import User, UserRole

    made, new = stored_credentials(home)
    given = {"api_key": made["api_key"], "password_hash": accounts.hash_password(made["password"])}
    async with AsyncSessionLocal() as session:
        owner = await User.get_by(session, username=OWNER)
        if owner is None:
            await User.create(session, first_name="Owner", username=OWNER, role=UserRole.owner, **given)
        elif new:
            await owner.update(session, **given)
    await async_engine.dispose()
    if new:
        store_credentials(home, made)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
