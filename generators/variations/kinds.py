"""The kinds of change, for which languages they are, and the facets that they leave as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from generators.variations.abbreviations import abbreviations
from generators.variations.casing import casing
from generators.variations.contractions import contractions
from generators.variations.frames import frames
from generators.variations.function_words import function_words
from generators.variations.query import Change, Query
from generators.variations.slots import patterns, slots
from generators.variations.synonyms import synonyms
from generators.variations.times import times
from generators.variations.typos import LAYOUT_OF, typos
from validators.facets import Facet, facets_of, length, phrasing, slot_facet

ENGLISH: Mapping[str, Callable[[Query], Iterator[Change]]] = {
    "synonyms": synonyms,
    "function_words": function_words,
    "contractions": contractions,
    "abbreviations": abbreviations,
    "frames": frames,
    "times": times,
}
"""Kinds that rest on English lists."""
KINDS = ("slots", *ENGLISH, "typos", "casing")
"""Every kind."""
DEFAULT_KINDS = tuple(kind for kind in KINDS if kind != "typos")
"""What a model gains from (docs/decisions/0018-variations.md)."""
RARE = ("slots", "synonyms", "contractions", "abbreviations", "times")
"""Kinds that need a certain word. They come first, for the others fit nearly every query and would crowd them out."""
NOISY = ("typos", "casing", "abbreviations")
"""Kinds after which the facet `noise` may be another."""


def kinds_for(language: str) -> tuple[str, ...]:
    """The kinds that exist for a language: all for English; else slots and casing, and typos on a known keyboard."""
    if language == "en":
        return KINDS
    return ("slots", "typos", "casing") if language in LAYOUT_OF else ("slots", "casing")


def changes(query: Query, kind: str, language: str) -> Iterator[Change]:
    """All changes of one kind, in the order in which the query and the lists have them."""
    if kind == "slots":
        yield from slots(query)
        if language == "en":
            yield from patterns(query)
    elif kind == "typos":
        yield from typos(query, language)
    elif kind == "casing":
        yield from casing(query)
    else:
        yield from ENGLISH[kind](query)


def kept_facets(seed: Mapping[str, str], text: str, kind: str, slots: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The facets of a seed that its variation still has. What a team's own facets say of it is not known here."""
    functions: dict[str, Facet] = {"phrasing": phrasing, "length": length}
    functions |= {f"slot.{name}": slot_facet(values) for name, values in slots.items()}
    now = facets_of(text, {name: functions[name] for name in seed if name in functions})
    return {
        name: value for name, value in seed.items() if now.get(name) == value or (name == "noise" and kind not in NOISY)
    }
