"""What `add` tells about the private data that it replaced, without showing it."""

from __future__ import annotations

from typing import NamedTuple

MASK = "*"

MIN_SHOWN_AT_BOTH_ENDS = 8
"""Minimum length of a value whose last character is shown too: in a shorter one it would reveal too much."""


class Rewrite(NamedTuple):
    """One value that was replaced by a surrogate."""

    entity: str
    """The rule that found it, by the entity that it finds (`PiiEntity`)."""
    masked: str
    """The value as `mask` shows it."""


def mask(value: str) -> str:
    """A value with every letter and digit masked except the first and, in a long value, the last one.

    Punctuation is kept: it shows whether "1.**.*.*" was an address or the number of a version.
    """
    letters = [i for i, character in enumerate(value) if character.isalnum()]
    shown = {*letters[:1], *(letters[-1:] if len(letters) >= MIN_SHOWN_AT_BOTH_ENDS else ())}
    hidden = set(letters) - shown
    return "".join(MASK if i in hidden else character for i, character in enumerate(value))
