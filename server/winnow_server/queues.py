"""The order in which a user meets the records of a dataset, kept in memory.

What the page asks for most is the next records of a user's own order. Ordering all records for each page is what makes
it slow, so the order is kept, and only its first records are asked whether they match. Which match, and how many
do, the tables say each time. New or deleted records drop the order, and so does a count that is another.
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
"""Orders kept; one of 50,000 records is 400 kB."""
STEPS = (100, 1_000, 10_000)
"""How many records are asked first, then, and so on; at last all that are left."""

_written = [0]


def forget() -> None:
    """Records were written or deleted: drop every order."""
    _written[0] += 1
    _kept.cache_clear()


@lru_cache(maxsize=USERS)
def _kept(dataset: str, user: str) -> dict[str, Any]:
    return {}


def kept_order(dataset: str, user: str, count: int) -> np.ndarray | None:
    """The places of a dataset's records in the order of a user, if known and as many as there are."""
    places = _kept(dataset, user).get("places")
    return places if places is not None and len(places) == count else None


def written() -> int:
    """A number that grows when records are written."""
    return _written[0]


def keep(dataset: str, user: str, places: np.ndarray, since: int) -> np.ndarray:
    """Keep places, for nobody or in the order of a user, unless records were written `since` they were read."""
    if since == _written[0]:
        _kept(dataset, user)["places"] = places
    return places


def places(told: str) -> np.ndarray:
    """Places as SQLite's JSON tells them."""
    return np.array(json.loads(told), dtype=np.int64)


def ordered(found: np.ndarray, user: str) -> np.ndarray:
    """Places in the order of a user."""
    return found[np.lexsort((found, _keys(found, user)))]


def coefficients(user: str) -> tuple[int, ...]:
    """Of the polynomial of a user: they hash who asks."""
    digest = hashlib.sha256(user.encode()).digest()
    return tuple(int.from_bytes(digest[i * 8 : i * 8 + 8], "big") % (PRIME - 1) + 1 for i in range(3))


def shuffled(user: str) -> str:
    """An order of the user's own in SQL: a polynomial of `place` over a prime field."""
    a, b, c = coefficients(user)
    x = f"(place % {PRIME})"
    return f"((({x} * {x} % {PRIME}) * {a} % {PRIME}) + ({x} * {b} % {PRIME}) + {c}) % {PRIME}, place"


def _keys(places: np.ndarray, user: str) -> np.ndarray:
    """The same polynomial; no product passes 2**62."""
    a, b, c = coefficients(user)
    x = places % PRIME
    keys: np.ndarray = ((x * x % PRIME) * a % PRIME + x * b % PRIME + c) % PRIME
    return keys


def portions(ordered: np.ndarray) -> list[str]:
    """The order in growing parts, as JSON."""
    ends = [0]
    for step in (*STEPS, len(ordered)):
        ends.append(min(len(ordered), ends[-1] + step))
    return [json.dumps(ordered[low:high].tolist()) for low, high in pairwise(ends) if low < high]
