"""What people type into a search box, read as Elasticsearch's simple_query_string is.

AND by default, `|`, `-`, `"a phrase"`, `prefix*` and groups. Operators bind from left to right, as they do there.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

SYLLABIC = "\u3040-\u30ff\u3400-\u9fff"
WORD = re.compile(rf"[{SYLLABIC}]|[^\W{SYLLABIC}]+(?:'[^\W{SYLLABIC}]+)*")
"""A word; where a script has no spaces, a character."""
PIECE = re.compile(r'\\.|"(?:[^"\\]|\\.)*"?|[()|+]|(?:[^\s()|+"\\]|\\.)+|\s+', re.DOTALL)
PLAIN = re.compile(r"[a-z0-9]+")
MAX_DEPTH = 50
"""Of groups; deeper parentheses are read as none."""
MAX_WORDS = 256


class TooLongError(ValueError):
    """More words than a person types."""


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("’", "'")
    return WORD.findall(text.lower())


def flat(text: str) -> str:
    """A text whose words stand between spaces of their own, so that whole words and phrases are substrings."""
    return f" {'  '.join(words(text))} "


@dataclass(frozen=True)
class Phrase:
    """Words in a row; one word is a phrase too. With `prefix`, the last may go on."""

    words: tuple[str, ...]
    prefix: bool = False

    def score(self, texts: list[str]) -> float | None:
        """Higher the more often it occurs and the shorter the text; None where it does not."""
        needle = f" {'  '.join(self.words)}" + ("" if self.prefix else " ")
        found = [(text.count(needle), len(text)) for text in texts if needle in text]
        return sum(count / (count + 0.5 + length / 200) for count, length in found) if found else None

    def needles(self) -> set[str]:
        """Letters that any match must contain, whatever its case and however JSON wrote it."""
        return {piece for word in self.words for piece in PLAIN.findall(word)}


@dataclass(frozen=True)
class Everything:
    """`*`, or nothing typed."""

    def score(self, texts: list[str]) -> float | None:
        """Any record."""
        return 1.0

    def needles(self) -> set[str]:
        """None."""
        return set()


@dataclass(frozen=True)
class Nothing(Everything):
    """Only signs were typed that are no word."""

    def score(self, texts: list[str]) -> float | None:
        """No record."""
        return None


@dataclass(frozen=True)
class Not:
    """What must not occur."""

    part: Query

    def score(self, texts: list[str]) -> float | None:
        """Zero where the part does not match."""
        return 0.0 if self.part.score(texts) is None else None

    def needles(self) -> set[str]:
        """None: absence has no letters."""
        return set()


@dataclass(frozen=True)
class Both:
    """AND."""

    left: Query
    right: Query

    def score(self, texts: list[str]) -> float | None:
        """The sum, where both match."""
        left = self.left.score(texts)
        right = None if left is None else self.right.score(texts)
        return None if left is None or right is None else left + right

    def needles(self) -> set[str]:
        """Those of both."""
        return self.left.needles() | self.right.needles()


@dataclass(frozen=True)
class Either:
    """OR."""

    left: Query
    right: Query

    def score(self, texts: list[str]) -> float | None:
        """The sum of what matches."""
        scores = [score for score in (self.left.score(texts), self.right.score(texts)) if score is not None]
        return sum(scores) if scores else None

    def needles(self) -> set[str]:
        """Those that both sides share."""
        return self.left.needles() & self.right.needles()


Query = Phrase | Everything | Not | Both | Either


@lru_cache(maxsize=256)
def parse(typed: str) -> Query:
    """Read a query. No sign is an error: an open quote or group ends with the text.

    Raises TooLongError.
    """
    if not typed.strip():
        return Everything()
    if len(typed) > MAX_WORDS and len(words(typed)) > MAX_WORDS:
        raise TooLongError(f"Type at most {MAX_WORDS} words")
    found, _ = _group(PIECE.findall(typed), 0, 0)
    return found or Nothing()


def _group(pieces: list[str], at: int, depth: int) -> tuple[Query | None, int]:
    """Read up to the closing parenthesis; give what was read and where to go on."""
    whole: Query | None = None
    either = negated = False
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        if piece == ")":
            if depth:
                break
            continue
        if piece in "|+" or piece.isspace():
            either = either or piece == "|"
            continue
        while piece.startswith("-"):
            piece, negated = piece[1:], not negated
        if piece == "(" and depth < MAX_DEPTH:
            part, at = _group(pieces, at, depth + 1)
        else:
            part = _term(piece)
        if part is None:
            negated = negated and piece == "" and at < len(pieces) and not pieces[at].isspace()
            continue
        part = Not(part) if negated else part
        whole = part if whole is None else Either(whole, part) if either else Both(whole, part)
        either = negated = False
    return whole, at


def _term(piece: str) -> Query | None:
    """A phrase, a prefix, or the words of one chunk, all of which must occur; None where there is no word."""
    if piece.startswith('"'):
        found = words(piece.strip('"').replace("\\", ""))
        return Phrase(tuple(found)) if found else None
    if piece == "*":
        return Everything()
    prefix = piece.endswith("*") and not piece.endswith("\\*")
    found = words(re.sub(r"~\d*$", "", piece.replace("\\", "")))
    if not found:
        return None
    whole: Query = Phrase((found[-1],), prefix)
    for word in reversed(found[:-1]):
        whole = Both(Phrase((word,)), whole)
    return whole
