"""Every variation kind, the languages it exists for, and the facets it preserves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from winnow.core.facet_values import SLOT_FACET_PREFIX
from winnow.generators.variations.abbreviations import abbreviations
from winnow.generators.variations.casing import casing
from winnow.generators.variations.contractions import contractions
from winnow.generators.variations.frames import frames
from winnow.generators.variations.function_words import function_words
from winnow.generators.variations.slots import patterns, slots
from winnow.generators.variations.synonyms import synonyms
from winnow.generators.variations.time_expressions import time_expressions
from winnow.generators.variations.tokens import TextChange, TokenizedQuery
from winnow.generators.variations.typos import KEYBOARD_BY_LANGUAGE, typos
from winnow.validators.wording.facets import Facet, facets_of, length, phrasing, slot_facet

ENGLISH_KINDS: Mapping[str, Callable[[TokenizedQuery], Iterator[TextChange]]] = {
    "synonyms": synonyms,
    "function_words": function_words,
    "contractions": contractions,
    "abbreviations": abbreviations,
    "frames": frames,
    "times": time_expressions,
}
"""Kinds that use English word lists."""

KINDS = ("slots", *ENGLISH_KINDS, "typos", "casing")
"""Every kind."""

DEFAULT_KINDS = tuple(kind for kind in KINDS if kind != "typos")
"""Kinds that improve a model (docs/decisions/0018-variations.md)."""

SELDOM_APPLICABLE = ("slots", "synonyms", "contractions", "abbreviations", "times")
"""Kinds that need a certain word. They come first: the others fit nearly every query and would displace them."""

NOISE_CHANGING = ("typos", "casing", "abbreviations")
"""Kinds that can change the facet `noise`."""


def kinds_for(language: str) -> tuple[str, ...]:
    """The kinds that exist for a language: all for English; else slots and casing, and typos on a known keyboard."""
    if language == "en":
        return KINDS
    return ("slots", "typos", "casing") if language in KEYBOARD_BY_LANGUAGE else ("slots", "casing")


def changes(query: TokenizedQuery, kind: str, language: str) -> Iterator[TextChange]:
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
        yield from ENGLISH_KINDS[kind](query)


def kept_facets(seed: Mapping[str, str], text: str, kind: str, slots: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The facets of a seed that its variation still has. A team's own facets are not known here."""
    functions: dict[str, Facet] = {"phrasing": phrasing, "length": length}
    functions |= {f"{SLOT_FACET_PREFIX}{name}": slot_facet(values) for name, values in slots.items()}
    now = facets_of(text, {name: functions[name] for name in seed if name in functions})
    return {
        name: value
        for name, value in seed.items()
        if now.get(name) == value or (name == "noise" and kind not in NOISE_CHANGING)
    }
