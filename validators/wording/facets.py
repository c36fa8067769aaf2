"""Facets: named properties of the wording of a text, determined by rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from winnow.validators.wording.word_borders import whole_words

Facet = Callable[[str], str]
"""Maps a text to its value of one facet; an empty string when the facet does not apply."""

QUESTION_WORDS = frozenset(
    "what when where who whom whose which why how can could do does did is are am was were will would should "
    "shall may might have has".split()
)

CASUAL = re.compile(
    r"\b(hey|hi|hello|pls|plz|thx|gonna|wanna|gotta|dunno|u|ur|lol|ok|asap|btw|cant|dont|wont|im|ive|yo)\b",
    re.I,
)

CONTRACTION = re.compile(r"\w['’](s|t|m|re|ve|ll|d)\b", re.I)

STRETCHED = re.compile(r"([^\W\d_])\1\1|[!?]{2,}", re.I)

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

FRAGMENT_WORDS = 3

SHORT_WORDS = 5

LONG_WORDS = 15

MIN_SHOUTED_LETTERS = 8
"""Fewer capital letters than this can be an abbreviation."""


def phrasing(text: str) -> str:
    """`question`, `fragment` (up to three words), `casual` (contraction, slang or no initial capital), or `formal`."""
    words = text.split()
    if text.rstrip().endswith("?") or (len(words) > 2 and words[0].lower().strip(",.'") in QUESTION_WORDS):
        return "question"
    if len(words) <= FRAGMENT_WORDS:
        return "fragment"
    if CASUAL.search(text) or CONTRACTION.search(text) or not text[:1].isupper():
        return "casual"
    return "formal"


def length(text: str) -> str:
    """`short` (at most 5 words), `medium`, or `long` (at least 15 words)."""
    words = len(text.split())
    if words <= SHORT_WORDS:
        return "short"
    return "long" if words >= LONG_WORDS else "medium"


def noise(text: str, misspelt: Callable[[str], bool]) -> str:
    """`typo` (a misspelled word), `shouting` (all capitals), `stretched` ("sooo", "??"), or `clean`."""
    if any(map(misspelt, WORD.findall(text))):
        return "typo"
    if text.isupper() and sum(map(str.isalpha, text)) >= MIN_SHOUTED_LETTERS:
        return "shouting"
    return "stretched" if STRETCHED.search(text) else "clean"


def slot_facet(values: Sequence[str]) -> Facet:
    """The first value of a slot in a text, as written in the task file; empty when there is none."""
    written = {value.casefold(): value for value in values if value.strip()}
    pattern = re.compile(whole_words(written)) if written else None

    def value(text: str) -> str:
        found = pattern.search(text.casefold()) if pattern else None
        return written[found.group()] if found else ""

    return value


def facets_of(text: str, functions: Mapping[str, Facet]) -> dict[str, str]:
    """Every facet that applies to a text, by name."""
    found = {name: function(text) for name, function in functions.items()}
    return {name: value for name, value in found.items() if value}
