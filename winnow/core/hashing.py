"""Deterministic randomness: numbers that depend only on a key and a name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def keyed_hash(*parts: object) -> int:
    """64 bits of SHA-256 over the parts: equal parts give equal numbers."""
    return int.from_bytes(hashlib.sha256("\0".join(map(str, parts)).encode()).digest()[:8], "big")


def keyed_fraction(*parts: object) -> float:
    """A number in [0, 1) determined by the parts."""
    return keyed_hash(*parts) / 2**64


def keyed_choice(values: Sequence[T], *parts: object) -> T:
    """One of the values, determined by the parts."""
    return values[keyed_hash(*parts) % len(values)]


def keyed_shuffle(values: Iterable[T], *parts: object) -> list[T]:
    """The values in an order determined by the parts."""
    listed = list(values)
    order = sorted(range(len(listed)), key=lambda i: keyed_hash(*parts, i))
    return [listed[i] for i in order]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
