"""Chance that repeats: what a key and a name determine, and nothing else."""

from __future__ import annotations

import hashlib


def keyed(*parts: str) -> int:
    """64 bits of SHA-256 over the parts: equal parts, equal number."""
    return int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8], "big")


def chance(*parts: str) -> float:
    """A number from 0 to 1, below 1, that the parts determine."""
    return keyed(*parts) / 2**64
