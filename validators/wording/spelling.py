"""Detect misspelled words, using the word frequencies that ship with the wordfreq package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache

MIN_LETTERS = 5
"""Minimum letters; shorter words have too many neighbors to tell a typo from a name or an abbreviation."""

RARE_ZIPF = 3.0
"""A word at least this frequent (once per million words) is correct. Zipf is log10 of occurrences per 10⁹ words
(van Heuven et al. 2014, as defined in wordfreq)."""

COMMON_ZIPF = 3.5
"""Minimum frequency of the intended word."""

ZIPF_GAP = 1.8
"""The intended word must be 60 times as frequent as the written one."""

FUNCTION_WORDS = 150

ALPHABET_WORDS = 2000
"""The letters of a language are those of this many most frequent words."""


@lru_cache(maxsize=1)
def misspelling_detector(language: str) -> Callable[[str], bool]:
    """A function that tells whether a word is certainly misspelled: rare, and one edit away from a frequent word.

    An edit is one letter removed, inserted, replaced or swapped with its neighbor. A word with a capital letter is
    treated as a name. In a language without frequencies, no word is misspelled.
    """
    import wordfreq

    if language not in wordfreq.available_languages():
        return lambda word: False
    frequencies = wordfreq.get_frequency_dict(language)
    letters = sorted({c for word in wordfreq.top_n_list(language, ALPHABET_WORDS) for c in word if c.isalpha()})

    def zipf(word: str) -> float:
        return wordfreq.freq_to_zipf(frequencies[word]) if word in frequencies else 0.0

    @cache
    def misspelt(word: str) -> bool:
        if len(word) < MIN_LETTERS or not word.islower() or not word.isalpha():
            return False
        own = zipf(word)
        if own >= RARE_ZIPF:
            return False
        wanted = max(COMMON_ZIPF, own + ZIPF_GAP)
        return any(zipf(other) >= wanted for other in _one_edit_away(word, letters))

    return misspelt


def frequent_words(language: str, count: int = FUNCTION_WORDS) -> list[str]:
    """The most frequent words of a language, by default about as many as are function words; empty if unknown."""
    import wordfreq

    return wordfreq.top_n_list(language, count) if language in wordfreq.available_languages() else []


def frequency(word: str, language: str) -> float:
    """How frequent a word is in a language, as its Zipf value; 0 if it is not known."""
    import wordfreq

    return float(wordfreq.zipf_frequency(word, language))


def _one_edit_away(word: str, letters: list[str]) -> Iterator[str]:
    """Every string one edit away, except inflections: a final "s" is neither added nor removed."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        if len(tail) > 1:
            yield head + tail[1:]
            yield head + tail[1] + tail[0] + tail[2:]
        if tail:
            yield from (head + letter + tail[1:] for letter in letters)
        yield from (head + letter + tail for letter in letters if tail or letter != "s")
