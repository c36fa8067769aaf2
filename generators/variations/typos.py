"""Kind `typos`: one slip of the fingers in one word: a neighbouring key, letters swapped, one left out, one doubled.

Never in slot values, numbers, paths, flags, code, quotations and acronyms, and never so that another word comes out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from generators.variations.query import Change, Query

LAYOUTS = {
    "qwerty": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "qwertz": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    "azerty": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
}
"""Letters of the three rows, from the left."""
LAYOUT_OF = {**dict.fromkeys(("en", "es", "it", "nl", "pt"), "qwerty"), "de": "qwertz", "fr": "azerty"}
"""By language, as its speakers mostly have it."""
STAGGER = (0.0, 0.25, 0.75)
"""How far each row begins to the right of the first one, in keys (ISO/IEC 9995-1 keyboards as they are built)."""
REACH = 1.3
"""Keys whose middles are at most so far apart are hit for each other: the two beside, and those above and below."""
SHORTEST = 4
"""Letters. A slip in a shorter word mostly makes another word."""
WORD_ZIPF = 2.5
"""A slip that is at least this frequent is a word itself, or a spelling that nobody notices (wordfreq's Zipf scale)."""


def typos(query: Query, language: str) -> Iterator[Change]:
    """Every slip in every word that may be touched; none for a language whose keyboard is not known."""
    if language not in LAYOUT_OF:
        return
    near = _neighbours(LAYOUT_OF[language])
    for word in query.words:
        if word.free and len(word.text) >= SHORTEST and word.text.isalpha():
            for slip in dict.fromkeys(_slips(word.text, near)):
                if slip != word.text and not _is_word(slip.lower(), language):
                    text = query.text[: word.start] + slip + query.text[word.end :]
                    yield Change(text, f"{word.text} -> {slip}")


def _slips(word: str, near: dict[str, str]) -> Iterator[str]:
    """The first letter stays: people see it, and mend it."""
    for i in range(1, len(word)):
        head, letter, tail = word[:i], word[i], word[i + 1 :]
        yield head + tail
        yield head + letter + letter + tail
        if tail:
            yield head + tail[0] + letter + tail[1:]
        for other in near.get(letter.lower(), ""):
            yield head + (other.upper() if letter.isupper() else other) + tail


@cache
def _neighbours(layout: str) -> dict[str, str]:
    """The keys within reach of each key."""
    places = {letter: (x + STAGGER[y], y) for y, row in enumerate(LAYOUTS[layout]) for x, letter in enumerate(row)}
    return {
        one: "".join(
            other for other, (a, b) in places.items() if other != one and (a - x) ** 2 + (b - y) ** 2 <= REACH**2
        )
        for one, (x, y) in places.items()
    }


def _is_word(word: str, language: str) -> bool:
    import wordfreq  # loads half a second

    return bool(wordfreq.zipf_frequency(word, language) >= WORD_ZIPF)
