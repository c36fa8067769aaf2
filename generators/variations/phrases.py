"""Phrase replacements from the English lists, and where they apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from winnow.generators.variations.tokens import TextChange, TokenizedQuery

ReplacementTable = Mapping[tuple[str, ...], Sequence[str]]
"""A phrase, word by word, and its replacements."""


def replacement_pairs(line: str) -> list[tuple[str, str]]:
    """Replacements from lines `one = two = three` (in every direction) or `one > two | three` (one direction)."""
    if ">" in line:
        left, right = line.split(">")
        return [(left.strip(), other.strip()) for other in right.split("|")]
    group = [one.strip() for one in line.split("=")]
    return [(one, other) for one in group for other in group if one is not other]


def replacement_table(lines: Iterable[str]) -> ReplacementTable:
    """All replacements of some lines, by phrase."""
    found: dict[tuple[str, ...], list[str]] = {}
    for line in lines:
        for old, new in replacement_pairs(line):
            found.setdefault(tuple(old.split()), []).append(new)
    return found


def replacements(query: TokenizedQuery, table: ReplacementTable) -> Iterator[tuple[int, int, str, TextChange]]:
    """Every possible replacement: first and last word of the place, the new phrase, and the change."""
    longest = max(map(len, table))
    for first in range(len(query.words)):
        for last in range(first, min(first + longest, len(query.words))):
            for new in table.get(query.folded[first : last + 1], ()):
                if first in query.find(query.folded[first : last + 1]):
                    old = " ".join(query.folded[first : last + 1])
                    yield first, last, new, TextChange(query.replace(first, last, new), f"{old} -> {new}")
