"""Canonical text, record id, and the folded key that exact repeats share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from winnow.core.hashing import stable_hash
from winnow.core.markup import without_markup

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
    """A coarser key, made of a fold key: texts share it that differ in punctuation, symbols, HTML or what is not shown.

    Two numbers stay apart: 1.5 is not 15. A text without letters and digits keeps its fold key.
    """
    if "&" not in fold and "<" not in fold:
        return repeat_key_with_markup(fold)
    return repeat_key_with_markup(fold_key(without_markup(fold)) or fold)


def repeat_key_with_markup(fold: str) -> str:
    """The same, except that HTML is a part of the text.

    Hashes that were stored before repeat keys left HTML out are hashes of this key.
    """
    visible = _SPACE_BETWEEN_DIGITS.sub(".", "".join(map(_letter_or_space, fold))).replace(" ", "")
    return unicodedata.normalize("NFKC", visible) or fold


UNSPACED_SCRIPTS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Letters of scripts without spaces between words: Thai, Lao, Burmese, Khmer, Kana and Han. Source: Unicode blocks."""


class KeyWord(NamedTuple):
    """A word of a text: a run of letters and digits, or one letter of a script without spaces."""

    start: int
    end: int
    """The position after its last character."""
    key: str
    """Its repeat key."""


def key_words(text: str) -> Iterator[KeyWord]:
    """The words of a text; the repeat key of neighboring words is `joined_keys` of their keys."""
    start = None
    for position, character in enumerate(text):
        shown = "".join(map(_letter_or_space, fold_key(character)))
        separates = character.isspace() or shown.isspace()
        if start is not None and (separates or UNSPACED_SCRIPTS.match(character)):
            yield _key_word(text, start, position)
            start = None
        if start is None and not separates and shown:
            start = position
        if start is not None and UNSPACED_SCRIPTS.match(character):
            yield _key_word(text, start, position + 1)
            start = None
    if start is not None:
        yield _key_word(text, start, len(text))


def _key_word(text: str, start: int, end: int) -> KeyWord:
    return KeyWord(start, end, repeat_key(fold_key(text[start:end])))


def joined_keys(before: str, after: str) -> str:
    """The repeat key of two neighboring parts of a text, from the key of each."""
    between_digits = before[-1:].isdecimal() and after[:1].isdecimal()
    return unicodedata.normalize("NFKC", f"{before}.{after}" if between_digits else before + after)


@lru_cache(maxsize=4096)
def _letter_or_space(character: str) -> str:
    """A letter, mark or digit as it is, nothing for an invisible character, a space for every other one."""
    category = unicodedata.category(character)
    if category == "Cf" or character in INVISIBLE_LETTERS:
        return ""
    return " " if category[0] in "PSZC" else character
