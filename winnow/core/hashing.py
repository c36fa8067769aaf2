"""Every hash of Winnow: ids, cache keys and deterministic randomness. The values are stored, so they never change."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def stable_hash(*parts: str | bytes, length: int = 64) -> str:
    """The first `length` hexadecimal digits of SHA-256 over the parts, which are separated by zero bytes."""
    content = b"\0".join(part.encode() if isinstance(part, str) else part for part in parts)
    return hashlib.sha256(content).hexdigest()[:length]


def json_hash(facts: object, *, length: int = 64) -> str:
    """The first `length` hexadecimal digits of SHA-256 over the facts as JSON with sorted keys."""
    return stable_hash(json.dumps(facts, sort_keys=True), length=length)


def keyed_digest(key: bytes, content: str) -> bytes:
    """HMAC-SHA256 of the content, 32 bytes: without the key nobody can compute it."""
    return hmac.digest(key, content.encode(), hashlib.sha256)


def keyed_hash(*parts: object) -> int:
    """64 bits of SHA-256 over the parts: equal parts give equal numbers."""
    return int(stable_hash(*map(str, parts), length=16), 16)


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
