"""Places in a text and excerpts of it, for messages about its form."""

from __future__ import annotations

EXCERPT_CHARACTERS = 40
"""So much of a text identifies a place and fits into a line of a message."""


def place_at(text: str, offset: int) -> str:
    """The line and column of a character, both counted from 1. Only a line feed ends a line."""
    before = text[:offset]
    return f"line {before.count(chr(10)) + 1}, column {offset - before.rfind(chr(10))}"


def excerpt_at(text: str, offset: int) -> str:
    """The text from a character to the end of its line, quoted, with invisible characters escaped."""
    if offset >= len(text):
        return "the end of the text"
    line, _, _ = text[offset:].partition("\n")
    if not line:
        return "a line break"
    return repr(line[:EXCERPT_CHARACTERS]) + ("…" if len(line) > EXCERPT_CHARACTERS else "")


def first_difference(one: str, other: str) -> int:
    """The number of characters that two texts have in common at the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((offset for offset, (a, b) in pairs if a != b), min(len(one), len(other)))
