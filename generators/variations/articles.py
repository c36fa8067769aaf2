"""Which indefinite article a word takes: "a" or "an", judged by its spelling."""

from __future__ import annotations

import re

VOWEL_SOUND = re.compile(r"hour|honest|honou?r|heir|[aeiou]", re.I)

CONSONANT_SOUND = re.compile(r"eu|ew|one\b|once|uni(?!m|n)|us[aeu]|usb|ur[lis]|ut[io]|ui?d\b|ubi", re.I)
"""Written with a vowel, spoken with "y" or "w"."""

SPELT = re.compile(r"[AEFHILMNORSX][A-Z0-9]{1,4}\b")
"""Acronyms that are read letter by letter and begin with a vowel's sound."""


def article(word: str) -> str:
    """The indefinite article of a word."""
    if word.isupper() and len(word) > 1:
        return "an" if SPELT.match(word) else "a"
    return "an" if VOWEL_SOUND.match(word) and not CONSONANT_SOUND.match(word) else "a"
