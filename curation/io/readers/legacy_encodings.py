"""Text that is not UTF-8: UTF-16 without its mark, and the encodings of one script, told by the words they give."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

LOOKED_AT_BYTES = 200_000
"""Bytes at the start of a file that decide."""

SURE_SHARE = 0.5
"""Share of the characters beyond ASCII that must be in known words. Chosen by us."""

MIN_SHARE = 0.2
"""The same, where the text is in no encoding of ideographs. Chosen by us."""

LETTER_SHARE = 0.01
"""What a letter outside of known words counts, next to one in a known word."""

MIN_LETTERS = 3
"""Letters of a word that counts: nearly every one or two letters are a word of some language."""

MAX_WORDS = 2000
"""Distinct words that are looked up, the most frequent ones."""

PUNCTUATION = "\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u2026\u20ac\xab\xbb\xbf\xa1\xb0\xa7\xa0"
"""Marks beyond ASCII that are usual around words."""

ALPHABETIC = (
    ("cp1252", "en de fr es it pt nl sv da nb fi ca is"),
    ("mac_roman", "de fr es it pt nl sv da nb fi"),
    ("cp850", "de fr es it pt nl sv da nb fi"),
    ("cp1250", "pl cs hu ro sh sl sk"),
    ("iso8859_2", "pl cs hu ro sh sl sk"),
    ("cp1251", "ru uk bg mk"),
    ("koi8_r", "ru"),
    ("cp866", "ru"),
    ("cp1253", "el"),
    ("cp1254", "tr"),
    ("cp1255", "he"),
    ("cp1256", "ar fa"),
    ("cp1257", "lt lv"),
)
"""Encodings of alphabets, with the languages of `wordfreq` whose words are looked up. The first best one is taken."""


class FrequentRange(NamedTuple):
    """The lead bytes of the frequent characters of an encoding of two bytes."""

    encoding: str
    first: int
    last: int


IDEOGRAPHIC = (
    FrequentRange("euc_kr", 0xB0, 0xC8),  # Hangul, KS X 1001
    FrequentRange("cp932", 0x81, 0x97),  # kana and level 1, JIS X 0208 in Shift JIS
    FrequentRange("gb18030", 0xB0, 0xD7),  # level 1, GB 2312
    FrequentRange("big5", 0xA4, 0xC6),  # level 1, Big5
)
"""Encodings of syllables and ideographs. The narrower range goes first: what fits it fits the wider ones, too."""

MIN_FREQUENT_SHARE = 0.9
"""Share of the characters of two bytes that must be frequent ones. Chosen by us."""

_WORD = re.compile(r"[^\W\d_]+")


def utf_16_without_mark(data: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` for text in it that has no byte order mark; None for other data."""
    head = data[:LOOKED_AT_BYTES]
    if b"\0" not in head or len(data) % 2:
        return None
    plain = {codec: _plain_characters(head, codec) for codec in ("utf-16-le", "utf-16-be")}
    best = max(plain, key=lambda codec: plain[codec])
    return best if plain[best] else None


def _plain_characters(head: bytes, codec: str) -> int:
    """How many characters are letters of ASCII, spaces or line ends; 0 if it is no text in this encoding."""
    text = head[: len(head) // 2 * 2].decode(codec, "ignore")
    if "\0" in text or any(unicodedata.category(one) in ("Cn", "Co") for one in {*text}):
        return 0
    return sum(one.isascii() for one in text)


def legacy_encoding(data: bytes) -> str | None:
    """The encoding in which most of a text is words of one of its languages; None where none is plain."""
    head = data[:LOOKED_AT_BYTES]
    head = head[: head.rfind(b"\n") + 1] or head
    shares = {encoding: _known_share(head, encoding, languages.split()) for encoding, languages in ALPHABETIC}
    best = max(shares, key=lambda encoding: shares[encoding])
    if shares[best] >= SURE_SHARE:
        return best
    ideographic = (one.encoding for one in IDEOGRAPHIC if _frequent_share(head, one) >= MIN_FREQUENT_SHARE)
    return next(ideographic, best if shares[best] >= MIN_SHARE else None)


def _known_share(head: bytes, encoding: str, languages: Sequence[str]) -> float:
    """The share of the characters beyond ASCII that are in words of a language, of the language with the most.

    Letters outside of known words decide between encodings that are equal in this.
    """
    try:
        text = head.decode(encoding).casefold()
    except UnicodeDecodeError:
        return 0.0
    every = sum(not one.isascii() for one in text) - sum(map(text.count, PUNCTUATION))
    counts = Counter(word for word in _WORD.findall(text) if not word.isascii() and len(word) >= MIN_LETTERS)
    words = {word: count * sum(not one.isascii() for one in word) for word, count in counts.most_common(MAX_WORDS)}
    known = (sum(letters for word, letters in words.items() if word in _words_of(one)) for one in languages)
    letters = sum(one.isalpha() and not one.isascii() for one in text)
    return (max(known, default=0) + LETTER_SHARE * letters) / every if every > 0 else 0.0


@cache
def _words_of(language: str) -> frozenset[str]:
    from wordfreq import get_frequency_dict

    return frozenset(get_frequency_dict(language, "small"))


def _frequent_share(head: bytes, one: FrequentRange) -> float:
    try:
        text = head.decode(one.encoding)
    except UnicodeDecodeError:
        return 0.0
    letters = [char for char in text if not char.isascii() and unicodedata.category(char).startswith("L")]
    leads = [code[0] for char in letters if len(code := char.encode(one.encoding)) == 2]
    return sum(one.first <= lead <= one.last for lead in leads) / len(letters) if letters else 0.0
