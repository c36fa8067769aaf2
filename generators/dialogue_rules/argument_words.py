"""How a person calls an argument."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from winnow.validators.tools.missing_arguments import FILLER, ValueKind, name_words, value_kind

ABBREVIATIONS = {"id": "ID", "ip": "IP address", "url": "URL", "isbn": "ISBN", "iban": "IBAN", "zip": "ZIP code"}

PROGRAMMING_WORDS = frozenset(
    "param params parameter arg input value val data str string num int list arr array query obj is has n x y".split()
)
"""Words of names that only programmers use."""

_WORD = re.compile(r"[a-z]{3,}")

_VOWEL = frozenset("aeiouy")


def argument_words(name: str, schema: Mapping[str, Any]) -> str | None:
    """The words for an argument that follow "the", such as "due date"; None where its name has none."""
    words = name_words(name)
    if value_kind(name, schema) is ValueKind.EMAIL and (len(words) == 1):
        return "e-mail address"
    plain = [ABBREVIATIONS.get(word, word) for word in words]
    if not words or len(words) > 3 or any(not _is_plain_word(word) for word in words):
        return None
    return " ".join(plain)


def _is_plain_word(word: str) -> bool:
    is_word = bool(_WORD.fullmatch(word)) and not _VOWEL.isdisjoint(word)
    return word in ABBREVIATIONS or (is_word and word not in PROGRAMMING_WORDS and word not in FILLER)
