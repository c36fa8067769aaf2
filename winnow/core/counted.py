"""A count with its noun, and a verb, in the right number."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """`counted(1, "record")` is "1 record", `counted(1200, "record")` is "1,200 records".

    `plural` is that of a noun that takes more than an s, such as "queries".
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {plural or f'{noun}s'}"


def agreeing(count: int, singular: str, plural: str) -> str:
    """The verb or pronoun that belongs to a count: `agreeing(1, "is", "are")` is "is"."""
    return singular if count == 1 else plural
