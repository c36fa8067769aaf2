"""The order in which a user sees the records of a dataset, cached in memory.

Most requests of the page are for the next records in a user's own order. Sorting all records for each page would be
slow, so the order is cached, and records are checked for a match from its beginning. Which records match, and how
many, is read from the tables each time. New or deleted records clear the cache, and so does a changed count.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

PRIME = 2**31 - 1
USERS = 64
"""Cached orders; one of 50,000 records takes 400 kB."""
STEPS = (100, 1_000, 10_000)
"""How many records are checked first, second, and so on; finally all that are left."""

_writes = [0]


def clear_orders() -> None:
    """Drop every order, because records were written or deleted."""
    _writes[0] += 1
    _cached.cache_clear()


@lru_cache(maxsize=USERS)
def _cached(dataset: str, user: str) -> dict[str, Any]:
    return {}


def cached_order(dataset: str, user: str, count: int) -> np.ndarray | None:
    """The row ids of a dataset in a user's order, if they are cached and as many as there are records."""
    known = _cached(dataset, user).get("row_ids")
    return known if known is not None and len(known) == count else None


def write_count() -> int:
    """How often records have been written."""
    return _writes[0]


def cache_order(dataset: str, user: str, row_ids: np.ndarray, read_at_write: int) -> np.ndarray:
    """Cache row ids, unordered or in a user's order, unless records were written after `read_at_write`."""
    if read_at_write == _writes[0]:
        _cached(dataset, user)["row_ids"] = row_ids
    return row_ids


def row_ids(json_text: str) -> np.ndarray:
    """Row ids from a JSON list."""
    return np.array(json.loads(json_text), dtype=np.int64)


def order_for_user(rows: np.ndarray, user: str) -> np.ndarray:
    """Row ids in a user's order."""
    return rows[np.lexsort((rows, _keys(rows, user)))]


def coefficients(user: str) -> tuple[int, ...]:
    """Coefficients of a user's polynomial, from a hash of the user."""
    digest = hashlib.sha256(user.encode()).digest()
    return tuple(int.from_bytes(digest[i * 8 : i * 8 + 8], "big") % (PRIME - 1) + 1 for i in range(3))


def user_order_sql(user: str) -> str:
    """A user's order in SQL: a polynomial of `row_id` over a prime field."""
    a, b, c = coefficients(user)
    x = f"(row_id % {PRIME})"
    return f"((({x} * {x} % {PRIME}) * {a} % {PRIME}) + ({x} * {b} % {PRIME}) + {c}) % {PRIME}, row_id"


def _keys(row_ids: np.ndarray, user: str) -> np.ndarray:
    """The same polynomial; no product exceeds 2**62."""
    a, b, c = coefficients(user)
    x = row_ids % PRIME
    keys: np.ndarray = ((x * x % PRIME) * a % PRIME + x * b % PRIME + c) % PRIME
    return keys


def growing_portions(order: np.ndarray) -> list[str]:
    """An order in growing parts, as JSON lists."""
    ends = [0]
    for step in (*STEPS, len(order)):
        ends.append(min(len(order), ends[-1] + step))
    return [json.dumps(order[low:high].tolist()) for low, high in pairwise(ends) if low < high]
