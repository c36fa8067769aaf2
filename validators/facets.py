"""Facets: nameable properties of the wording, found by rule, so that two people get the same answer."""

from __future__ import annotations

import re

QUESTION_WORDS = frozenset(
    "what when where who whom whose which why how can could do does did is are am was were will would should "
    "shall may might have has".split()
)
CASUAL = re.compile(
    r"\b(hey|hi|hello|pls|plz|thx|gonna|wanna|gotta|dunno|u|ur|lol|ok|asap|btw|cant|dont|wont|im|ive|yo)\b",
    re.I,
)
CONTRACTION = re.compile(r"\w['’](s|t|m|re|ve|ll|d)\b", re.I)
FRAGMENT_WORDS = 3
SHORT_WORDS = 5
LONG_WORDS = 15


def phrasing(text: str) -> str:
    """`question`, `fragment` (at most three words), `casual` (contraction, slang or no capital), or `formal`."""
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


def facets(text: str) -> dict[str, str]:
    """Every facet of a text, by name."""
    return {"length": length(text), "phrasing": phrasing(text)}
