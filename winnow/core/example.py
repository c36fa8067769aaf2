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


DOTLESS_LANGUAGES = ("tr", "az")
"""Languages in which I is the capital of ı, and İ that of i."""

_DOTLESS_CASE = str.maketrans("Iİ", "ıi")

_WRITING_AIDS = re.compile("[\u0640\u064b-\u0652\u0670\u05b0-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]")
"""The lengthening and the vowel marks of Arabic, and the points of Hebrew: most texts are written without them."""


def fold_case(text: str, language: str = "") -> str:
    """The text with case and width folded as in a language; ß stays, because Masse is not Maße."""
    if language in DOTLESS_LANGUAGES:
        text = text.translate(_DOTLESS_CASE)
    if text.isascii():
        return text.casefold()
    folded = unicodedata.normalize("NFKC", text).replace("ẞ", "ß").split("ß")
    return unicodedata.normalize("NFC", "ß".join(part.casefold() for part in folded))


def exact_key(text: str, language: str = "") -> str:
    """What texts share that repeat each other exactly in a language, however they are typed.

    Case and width are folded as in the language; what is not shown, the lengthening and vowel marks of Arabic and the
    points of Hebrew are left out.
    """
    folded = fold_case(text, language)
    if not folded.isascii():
        folded = _WRITING_AIDS.sub("", "".join(c for c in folded if not _is_invisible(c)))
    return " ".join(folded.split())


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
    if _is_invisible(character):
        return ""
    return " " if unicodedata.category(character)[0] in "PSZC" else character


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf" or character in INVISIBLE_LETTERS
