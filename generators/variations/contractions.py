"""Variation kind `contractions`: long to short ("I am" to "I'm", "im") and back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from winnow.generators.variations.english import read
from winnow.generators.variations.phrases import ReplacementTable, replacement_table, replacements
from winnow.generators.variations.tokens import TextChange, TokenizedQuery

INVERTED = frozenset("i you he she it we they there the a an my your our this that these those anyone someone".split())
"""After "don't" these are its subject: "why don't you" has no long form in the same order."""

HAVE = ("have", "has")

PARTICIPLE = ("ed", "en", "een", "ost", "ade", "ot", "aid", "ent", "one", "ome", "not")
"""How the word after a "have" ends that can be shortened: "I've lost", never "can I've a card"."""


def contractions(query: TokenizedQuery) -> Iterator[TextChange]:
    """One contraction made or undone. At the end of a clause nothing is shortened: "tell me where I am"."""
    for first, last, new, change in replacements(query, _list()):
        follows = query.folded[last + 1] if last + 1 < len(query.words) and query.joined(last, last + 1) else ""
        expands = len(new.split()) > last - first + 1
        negation = query.folded[last].endswith(("n't", "not"))
        if expands and negation and follows in INVERTED:
            continue
        if query.folded[last] in HAVE and not follows.endswith(PARTICIPLE):
            continue
        if expands or negation or follows:
            yield change


@cache
def _list() -> ReplacementTable:
    return replacement_table(read("contractions.txt"))
