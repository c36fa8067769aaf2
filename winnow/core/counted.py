"""A count with its noun in the right number."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """`counted(1, "record")` is "1 record", `counted(1200, "record")` is "1,200 records"; for nouns that take an s."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
