"""Kind `abbreviations`: what people type instead of long words, and back where it is short for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from generators.variations import english
from generators.variations.phrases import Pairs, pairs, replaced
from generators.variations.query import Change, Query


def abbreviations(query: Query) -> Iterator[Change]:
    """One word or phrase in its other length, everywhere it stands."""
    seen = set()
    for first, last, new, change in replaced(query, _list()):
        old = query.folded[first : last + 1]
        if (old, new) not in seen:
            seen.add((old, new))
            yield _everywhere(query, old, new, change)


def _everywhere(query: Query, old: tuple[str, ...], new: str, change: Change) -> Change:
    """Who types "repo" once types it again."""
    for first in reversed(query.find(old)):
        query = Query(query.replace(first, first + len(old) - 1, new), query.slots)
    return Change(query.text, change.detail)


@cache
def _list() -> Pairs:
    return pairs(english.read("abbreviations.txt"))
