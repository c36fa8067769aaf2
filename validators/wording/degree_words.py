"""Comparatives and superlatives: "the cheapest flight" is not "a cheap flight"."""

from __future__ import annotations

from collections.abc import Iterator, Set

from winnow.validators.wording.language_words import LanguageWords

MIN_STEM_LETTERS = 3
"""Shorter stems are other words: "be" and "best"."""


def compared_otherwise(one: Set[str], other: Set[str], language: LanguageWords) -> bool:
    """Whether a word of one text stands in the other as its comparative or superlative, such as cheap and cheapest."""
    if not (language.degree_suffixes or language.degree_prefixes):
        return False
    mine, theirs = one - other, other - one
    return any(
        not _stems(word, language).isdisjoint({another, *_stems(another, language)})
        for words, others in ((mine, theirs), (theirs, mine))
        for word in words
        for another in others
    )


def _stems(word: str, language: LanguageWords) -> frozenset[str]:
    """The words that a word may be a comparative or superlative of; empty if it looks like neither."""
    bare = (word.removeprefix(prefix) for prefix in language.degree_prefixes if word.startswith(prefix))
    found = set(bare)
    for form in (word, *found.copy()):
        for suffix in language.degree_suffixes:
            if form.endswith(suffix):
                found.update(_without_suffix(form.removesuffix(suffix)))
    return frozenset(stem for stem in found if len(stem) >= MIN_STEM_LETTERS)


def _without_suffix(stem: str) -> Iterator[str]:
    """The forms that a word may have before a suffix: cheap, late(r), earl(y), big(ger)."""
    yield stem
    yield stem + "e"
    if stem.endswith("i"):
        yield stem[:-1] + "y"
    if stem[-2:-1] == stem[-1:]:
        yield stem[:-1]
