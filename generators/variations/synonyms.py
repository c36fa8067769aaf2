"""Variation kind `synonyms`: words and phrases that mean the same in a request, from a list written for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from winnow.generators.variations.english import read
from winnow.generators.variations.phrases import ReplacementTable, replacement_pairs, replacement_table, replacements
from winnow.generators.variations.tokens import TextChange, TokenizedQuery

AUXILIARIES = frozenset("have has had be been being is are was were am i'm i've haven't hasn't".split())
"""These are followed by a participle, never a base form: "is showing", not "is show"."""

BEFORE_VERB = AUXILIARIES | frozenset(
    "to i you u we they can could please pls will would should may might must cannot can't don't didn't not just and "
    "then i'd i'll now who that let's".split()
)

BEFORE_NOUN = frozenset(
    "the a an my your our his her their this that these those some any no another each every other of which what new "
    "old same few many several all".split()
)

FOLLOWS_NOUNS = AUXILIARIES | frozenset("not isn't doesn't didn't does did".split())
"""Before these, the first word of a query is its subject."""

NO_OBJECT = frozenset("up out off down over on in with for back away me us him her by and or to at as if when".split())
"""A verb followed by one of these has another meaning or another word order."""

PARTICIPLE = ("ed", "ing", "ght", "wn", "en", "nd", "ot")


def synonyms(query: TokenizedQuery) -> Iterator[TextChange]:
    """One word or phrase replaced, where its neighbor confirms its part of speech."""
    for part in _lists():
        for first, last, _, change in replacements(query, _lists()[part]):
            if part == "any" or _reads_as(query, first, last, part):
                yield change


def _reads_as(query: TokenizedQuery, first: int, last: int, part: str) -> bool:
    """Whether the word before, or the beginning, shows a verb or a noun."""
    follows = query.folded[last + 1] if last + 1 < len(query.words) and query.joined(last, last + 1) else ""
    if part == "verb" and (not follows or follows in NO_OBJECT):
        return False
    if first == 0:
        return part == "verb" and follows not in FOLLOWS_NOUNS
    before = query.folded[first - 1]
    if part == "noun" or not query.joined(first - 1, first):
        return part == "noun" and before in BEFORE_NOUN
    return before in BEFORE_VERB and (before not in AUXILIARIES or query.folded[first].endswith(PARTICIPLE))


@cache
def _lists() -> dict[str, ReplacementTable]:
    """The list by part of speech."""
    lines: dict[str, list[str]] = {"verb": [], "noun": [], "any": []}
    for line in read("synonyms.txt"):
        part, _, rule = line.partition(":")
        lines[part] += [rule] if part == "any" else _form_by_form(rule)
    return {part: replacement_table(some) for part, some in lines.items()}


def _form_by_form(rule: str) -> Iterator[str]:
    """`a/as = b/bs` becomes `a > b`, `as > bs`, `b > a`, `bs > as`. A form that could become two is left out."""
    for old, new in replacement_pairs(rule):
        olds, news = old.split("/"), new.split("/")
        longest = max(len(olds), len(news))
        forms = list(zip(_padded(olds, longest), _padded(news, longest), strict=True))
        for one in dict.fromkeys(olds):
            becomes = {other for form, other in forms if form == one}
            if len(becomes) == 1:
                yield f"{one} > {becomes.pop()}"


def _padded(forms: list[str], length: int) -> list[str]:
    """The past form is the participle too."""
    return forms + forms[-1:] * (length - len(forms))
