"""Variation kind `times`: another time expression of the same tense, such as "today" to "this morning"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from winnow.generators.variations.english import read
from winnow.generators.variations.tokens import TextChange, TokenizedQuery

PAST = re.compile(
    r"\b(?:was|were|did|didn't|didnt|had|made|sent|got|lost|paid|bought|went|took|saw|came|left|found|told|tried|put|spent|been"
    r"|haven't|hasn't|havent|hasnt"
    r"|\w{2,}ed)\b",
    re.I,
)
"""A sentence about the past."""

HOUR = re.compile(r"\d|\b(?:o'clock|noon|midnight|midday)\b", re.I)
"""Where an hour may be named, "tomorrow" does not become "tomorrow morning"."""


@dataclass(frozen=True)
class _Interchangeable:
    """Interchangeable expressions, and where they can occur."""

    members: tuple[tuple[str, ...], ...]
    where: str
    """`past`, `present`, `end` or empty."""


def time_expressions(query: TokenizedQuery) -> Iterator[TextChange]:
    """One time expression for another of its group, unless the query names that one too."""
    first = 0
    while first < len(query.words):
        found = _longest(query, first)
        for group in _groups() if found else ():
            if found in group.members and _fits(query, group, first + len(found) - 1):
                yield from _other_expressions(query, first, found, group)
        first += len(found) or 1


def _other_expressions(
    query: TokenizedQuery, first: int, found: tuple[str, ...], group: _Interchangeable
) -> Iterator[TextChange]:
    for new in group.members:
        if not query.find(new) and not (len(new) > len(found) and HOUR.search(query.text)):
            text = query.replace(first, first + len(found) - 1, " ".join(new))
            yield TextChange(text, f"{' '.join(found)} -> {' '.join(new)}")


def _longest(query: TokenizedQuery, first: int) -> tuple[str, ...]:
    """The longest expression that begins at a word; empty where none does."""
    for length in range(3, 0, -1):
        phrase = query.folded[first : first + length]
        if len(phrase) == length and phrase in _members() and first in query.find(phrase):
            return phrase
    return ()


def _fits(query: TokenizedQuery, group: _Interchangeable, last: int) -> bool:
    tense = "past" if PAST.search(query.text) else "present"
    return group.where in ("", tense) or (group.where == "end" and last == len(query.words) - 1)


@cache
def _members() -> frozenset[tuple[str, ...]]:
    return frozenset(member for group in _groups() for member in group.members)


@cache
def _groups() -> tuple[_Interchangeable, ...]:
    """The groups of times.txt, each class written out."""
    classes: dict[str, list[str]] = {}
    groups = []
    for line in read("times.txt"):
        if line.startswith("*"):
            name, _, listed = line[1:].partition(":")
            classes[f"<{name}>"] = listed.split()
            continue
        expressions, _, where = line.partition(";")
        members = [one.strip() for one in expressions.split("|")]
        for name, values in classes.items():
            members = [one.replace(name, value) for one in members for value in (values if name in one else [""])]
        groups.append(_Interchangeable(tuple(tuple(member.split()) for member in members), where.strip()))
    return tuple(groups)
