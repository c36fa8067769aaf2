"""Variation kind `typos`: one typing error in one word: an adjacent key, letters swapped, one left out, one doubled."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from winnow.generators.variations.tokens import TextChange, TokenizedQuery

KEYBOARDS = {
    "qwerty": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "qwertz": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    "azerty": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
}
"""Letters of the three rows, from the left."""

KEYBOARD_BY_LANGUAGE = {**dict.fromkeys(("en", "es", "it", "nl", "pt"), "qwerty"), "de": "qwertz", "fr": "azerty"}
"""By language: the layout most of its speakers use."""

ROW_OFFSETS = (0.0, 0.25, 0.75)
"""How far each row begins to the right of the first one, in keys (ISO/IEC 9995-1 keyboards as they are built)."""

MAX_KEY_DISTANCE = 1.3
"""Keys whose centers are at most this far apart are confused: left and right neighbors, and those above and below."""

MIN_LETTERS = 4
"""Letters. A typing error in a shorter word mostly makes another word."""

MIN_WORD_ZIPF = 2.5
"""A misspelling at least this frequent is a word itself, or a spelling that nobody notices (wordfreq's Zipf scale)."""


def typos(query: TokenizedQuery, language: str) -> Iterator[TextChange]:
    """Every typing error in every word that can be changed; none for a language without a known keyboard."""
    if language not in KEYBOARD_BY_LANGUAGE:
        return
    near = _adjacent_keys(KEYBOARD_BY_LANGUAGE[language])
    for word in query.words:
        if word.free and len(word.text) >= MIN_LETTERS and word.text.isalpha():
            for slip in dict.fromkeys(_misspellings(word.text, near)):
                if slip != word.text and not _is_word(slip.lower(), language):
                    text = query.text[: word.start] + slip + query.text[word.end :]
                    yield TextChange(text, f"{word.text} -> {slip}")


def _misspellings(word: str, near: dict[str, str]) -> Iterator[str]:
    """The first letter stays: people notice and correct an error there."""
    for i in range(1, len(word)):
        head, letter, tail = word[:i], word[i], word[i + 1 :]
        yield head + tail
        yield head + letter + letter + tail
        if tail:
            yield head + tail[0] + letter + tail[1:]
        for other in near.get(letter.lower(), ""):
            yield head + (other.upper() if letter.isupper() else other) + tail


@cache
def _adjacent_keys(layout: str) -> dict[str, str]:
    """The keys within reach of each key."""
    positions = {
        letter: (x + ROW_OFFSETS[y], y) for y, row in enumerate(KEYBOARDS[layout]) for x, letter in enumerate(row)
    }
    return {
        one: "".join(
            other
            for other, (a, b) in positions.items()
            if other != one and (a - x) ** 2 + (b - y) ** 2 <= MAX_KEY_DISTANCE**2
        )
        for one, (x, y) in positions.items()
    }


def _is_word(word: str, language: str) -> bool:
    import wordfreq  # takes half a second to load

    return bool(wordfreq.zipf_frequency(word, language) >= MIN_WORD_ZIPF)
