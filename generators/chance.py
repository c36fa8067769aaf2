"""Chance that repeats: a generator's random order follows from a key and from names, not from when it runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def keyed(*parts: object) -> int:
    """64 bits of SHA-256 over the parts: equal parts, equal number."""
    return int.from_bytes(hashlib.sha256("\0".join(map(str, parts)).encode()).digest()[:8], "big")


def pick(values: Sequence[T], *parts: object) -> T:
    """One of the values."""
    return values[keyed(*parts) % len(values)]


def shuffled(values: Iterable[T], *parts: object) -> list[T]:
    """The values in an order that the parts determine."""
    listed = list(values)
    order = sorted(range(len(listed)), key=lambda i: keyed(*parts, i))
    return [listed[i] for i in order]
