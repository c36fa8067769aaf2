"""Which words are misspelled, by word frequencies that ship with the wordfreq package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache

MIN_LETTERS = 5
"""Letters; shorter words have too many neighbors to tell a typo from a name or an abbreviation."""

RARE_ZIPF = 3.0
"""A word that is more frequent than once in a million is a word. Zipf is log10 of occurrences per 10⁹ words
(van Heuven et al. 2014, as wordfreq has it)."""

COMMON_ZIPF = 3.5
"""What was meant must at least be this frequent."""

ZIPF_GAP = 1.8
"""What was meant must be 60 times as frequent as what was written."""

FUNCTION_WORDS = 150

ALPHABET_WORDS = 2000
"""The letters of a language are those of its most frequent words."""


@lru_cache(maxsize=1)
def misspelling_detector(language: str) -> Callable[[str], bool]:
    """A function that says of a word whether it is surely misspelt: rare, and one slip away from a frequent word.

    A slip is one letter left out, doubled, replaced or swapped with its neighbor. A word with a capital inside or at
    its beginning is taken for a name. In a language without frequencies no word is misspelt.
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


def frequent_words(language: str) -> list[str]:
    """The function words of a language, roughly: its FREQUENT most frequent words; none where they are not known."""
    import wordfreq

    return wordfreq.top_n_list(language, FUNCTION_WORDS) if language in wordfreq.available_languages() else []


def _one_edit_away(word: str, letters: list[str]) -> Iterator[str]:
    """Every word one slip away, the inflections ("-s", and what a final "s" leaves) not among them."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        if len(tail) > 1:
            yield head + tail[1:]
            yield head + tail[1] + tail[0] + tail[2:]
        if tail:
            yield from (head + letter + tail[1:] for letter in letters)
        yield from (head + letter + tail for letter in letters if tail or letter != "s")
