"""Canonical text, record id, and the folded key that exact repeats share."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from winnow.core.hashing import stable_hash

ID_CHARACTERS = 20
"""80 bits of SHA-256: a collision among a million records has a probability of about 4e-13 (n^2 / 2^81)."""


def canonical_text(text: str) -> str:
    """The text as stored: normalized to NFC, otherwise unchanged."""
    return unicodedata.normalize("NFC", text)


def record_id(kind: str, content: str) -> str:
    """Hash of the kind's name and the content, normalized to NFC."""
    return stable_hash(kind, canonical_text(content), length=ID_CHARACTERS)


def fold_key(text: str) -> str:
    """The text with case, width and whitespace folded."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


INVISIBLE_LETTERS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10)))
)
"""Letters and marks that are not shown. Source: Default_Ignorable_Code_Point in the Unicode Character Database."""

_SPACE_BETWEEN_DIGITS = re.compile(r"(?<=\d) +(?=\d)")


def repeat_key(fold: str) -> str:
    """A coarser key, made of a fold key: texts that differ in punctuation, symbols or invisible characters share it.

    Two numbers stay apart: 1.5 is not 15. A text without letters and digits keeps its fold key.
    """
    visible = _SPACE_BETWEEN_DIGITS.sub(".", "".join(map(_letter_or_space, fold))).replace(" ", "")
    return unicodedata.normalize("NFKC", visible) or fold


@lru_cache(maxsize=4096)
def _letter_or_space(character: str) -> str:
    """A letter, mark or digit as it is, nothing for an invisible character, a space for every other one."""
    category = unicodedata.category(character)
    if category == "Cf" or character in INVISIBLE_LETTERS:
        return ""
    return " " if category[0] in "PSZC" else character
