"""The search engine's own connections to the SQLite file: read-only, with a function that scores a text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from argilla_server.settings import settings
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from winnow_server.search_query import normalized_text, parse

CONNECTIONS = 4
CACHED_TEXT_LENGTH = 600
"""Longest record, in characters, whose normalized text is cached for the next search."""
CACHED_TEXTS = 2**16
"""Cached records: 60 MB of typical queries, 150 MB at most."""


@lru_cache(maxsize=1)
def read_engine() -> AsyncEngine:
    """The connection pool of the search engine."""
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


def score(fields: str, query: str, names: str) -> float | None:
    """How well a record's fields match a query; None when they do not."""
    texts = _cached_texts(fields, names) if len(fields) <= CACHED_TEXT_LENGTH else _normalized_texts(fields, names)
    return parse(query).score(texts)


def _normalized_texts(fields: str, names: str) -> list[str]:
    """The normalized texts of some fields."""
    held = json.loads(fields)
    return [normalized_text("\n".join(_texts(held.get(name)))) for name in _names(names)]


_cached_texts = lru_cache(maxsize=CACHED_TEXTS)(_normalized_texts)


@lru_cache(maxsize=64)
def _names(names: str) -> tuple[str, ...]:
    return tuple(json.loads(names))


def _texts(value: Any) -> Iterator[str]:
    """All text in a field: the content of a message, all parts of a custom field."""
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
