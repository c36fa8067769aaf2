"""Booleans that the name of their argument explains: "without special characters" is `include_special: false`."""

from __future__ import annotations

import re

from winnow.validators.tools.grounding.folding import fold, split_name, stem
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.passage import Passage
from winnow.validators.wording.wording_patterns import NEGATION

_VERBS = frozenset("is has are include includes enable enabled allow show use with want only return set flag".split())
"""Words in the name of a boolean that do not say what it is about."""

_EXCLUSION = re.compile(r"\b(?:exclud\w*|except|disabl\w*|skip\w*|avoid\w*|remov\w*|turn(?:ed)? off|hide)\b", re.I)

_REACH = 25
"""A negation stands at most so many characters before the word that it negates."""


def is_flagged(leaf: Leaf, passage: Passage) -> bool:
    """Whether a passage names what a boolean is about, negated if and only if the boolean is false."""
    words = [word for word in split_name(leaf.name) if word not in _VERBS]
    places = [_place(stem(word), passage.text) for word in words]
    if not places or None in places:
        return False
    first = min(place for place in places if place is not None)
    before = passage.text[max(0, first - _REACH) : first]
    negated = bool(NEGATION.search(before) or _EXCLUSION.search(before))
    return negated is not leaf.value


def _place(wanted: str, text: str) -> int | None:
    """Where the first word with this stem begins."""
    return next((match.start() for match in re.finditer(r"[^\W_]+", text) if stem(fold(match[0])) == wanted), None)
