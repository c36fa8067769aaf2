"""The same words in another form: case, punctuation, accents, inflection, order, abbreviation by the beginning."""

from __future__ import annotations

from urllib.parse import unquote_plus

from winnow.validators.tools.grounding.finding import Evidence
from winnow.validators.tools.grounding.folding import (
    MIN_ABBREVIATION,
    contains_joined,
    content_words,
    stem,
    stems,
    tokens,
)
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.passage import Passage


def same_words(leaf: Leaf, passage: Passage) -> Evidence | None:
    """The words of a string, in this order or, for words that carry meaning, in any order."""
    if not isinstance(leaf.value, str):
        return None
    text = unquote_plus(leaf.text) if "%" in leaf.text else leaf.text
    if contains_joined(passage.text, text):
        return Evidence(text)
    words = content_words(text)
    if not any(map(str.isalpha, words)):  # numbers in another order are other numbers
        return None
    may_abbreviate = text in leaf.allowed or text in leaf.description
    found = [
        _found(word, passage.text) or (_abbreviated(word, passage.text) if may_abbreviate else None) for word in words
    ]
    return Evidence(" … ".join(filter(None, found))) if all(found) else None


def _found(word: str, text: str) -> str | None:
    """The word, if a text has one with the same stem."""
    return word if stem(word) in stems(text) else None


def _abbreviated(word: str, text: str) -> str | None:
    """The word of a text that this word is the beginning of."""
    if len(word) < MIN_ABBREVIATION or not word.isalpha():
        return None
    return next((other for other in tokens(text) if other.startswith(word) and len(other) > len(word) + 1), None)
