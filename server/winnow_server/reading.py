"""The engine's own connections to the SQLite file, which read only and know how to score a text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from argilla_server.settings import settings
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from winnow_server.typed import flat, parse

CONNECTIONS = 4
SHORT = 600
"""Letters of a record whose words are kept in memory, for the next search."""
KEPT = 2**16
"""Records kept so: 60 MB of usual queries, 150 MB at most."""


@lru_cache(maxsize=1)
def reader() -> AsyncEngine:
    """The engine's own pool."""
    made = create_async_engine(
        settings.database_url, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=60, connect_args={"timeout": 30}
    )
    event.listen(made.sync_engine, "connect", _prepare)
    return made


def _prepare(connection: Any, _: Any) -> None:
    connection.create_function("winnow_score", 3, score, deterministic=True)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def score(fields: str, typed: str, names: str) -> float | None:
    """How well a record's fields match what was typed; None when they do not."""
    texts = _kept_flat(fields, names) if len(fields) <= SHORT else _flat(fields, names)
    return parse(typed).score(texts)


def _flat(fields: str, names: str) -> list[str]:
    """The texts of some fields, ready for a look."""
    held = json.loads(fields)
    return [flat("\n".join(_texts(held.get(name)))) for name in _names(names)]


_kept_flat = lru_cache(maxsize=KEPT)(_flat)


@lru_cache(maxsize=64)
def _names(names: str) -> tuple[str, ...]:
    return tuple(json.loads(names))


def _texts(value: Any) -> Iterator[str]:
    """Everything that is text in a field: of a message its content, of a custom field all its parts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict):
        parts = [value["content"]] if set(value) == {"role", "content"} else value.values()
        for part in parts:
            yield from _texts(part)
    elif value is not None:
        yield str(value)
