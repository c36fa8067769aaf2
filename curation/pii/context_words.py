"""Words before a number that say what it is."""

from __future__ import annotations

import re


def last_word(words: re.Pattern[str], text: str, start: int, *, characters: int) -> str | None:
    """The name of the group that the last of the words matches in so many characters before a place in the text."""
    found = list(words.finditer(text, max(0, start - characters), start))
    return found[-1].lastgroup if found else None
