"""Variation kind `abbreviations`: short forms for long words, and back where the short form is unambiguous."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from winnow.generators.variations.english import read
from winnow.generators.variations.phrases import ReplacementTable, replacement_table, replacements
from winnow.generators.variations.tokens import TextChange, TokenizedQuery


def abbreviations(query: TokenizedQuery) -> Iterator[TextChange]:
    """One word or phrase in its other length, at every occurrence."""
    seen = set()
    for first, last, new, change in replacements(query, _list()):
        old = query.folded[first : last + 1]
        if (old, new) not in seen:
            seen.add((old, new))
            yield _everywhere(query, old, new, change)


def _everywhere(query: TokenizedQuery, old: tuple[str, ...], new: str, change: TextChange) -> TextChange:
    """Somebody who types "repo" once types it again."""
    for first in reversed(query.find(old)):
        query = TokenizedQuery(query.replace(first, first + len(old) - 1, new), query.slots)
    return TextChange(query.text, change.detail)


@cache
def _list() -> ReplacementTable:
    return replacement_table(read("abbreviations.txt"))
