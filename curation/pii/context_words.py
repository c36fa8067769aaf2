"""Words before a number that say what it is."""

from __future__ import annotations

import re


def last_word(words: re.Pattern[str], text: str, start: int, *, characters: int) -> str | None:
    """The name of the group that matched the last of the words in the given number of characters before `start`."""
    found = list(words.finditer(text, max(0, start - characters), start))
    return found[-1].lastgroup if found else None
