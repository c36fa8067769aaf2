"""Queries of the search box, parsed like Elasticsearch's simple_query_string.

AND by default, `|`, `-`, `"a phrase"`, `prefix*` and groups. As there, operators are applied from left to right.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

SCRIPTS_WITHOUT_SPACES = "\u3040-\u30ff\u3400-\u9fff"
WORD = re.compile(rf"[{SCRIPTS_WITHOUT_SPACES}]|[^\W{SCRIPTS_WITHOUT_SPACES}]+(?:'[^\W{SCRIPTS_WITHOUT_SPACES}]+)*")
"""A word; in scripts without spaces, a character."""
TOKEN = re.compile(r'\\.|"(?:[^"\\]|\\.)*"?|[()|+]|(?:[^\s()|+"\\]|\\.)+|\s+', re.DOTALL)
ASCII_FRAGMENT = re.compile(r"[a-z0-9]+")
MAX_DEPTH = 50
"""Nesting of groups; deeper parentheses are ignored."""
MAX_WORDS = 256


class TooLongError(ValueError):
    """More words than a search accepts."""


def tokenize(text: str) -> list[str]:
    """The words of a text, in lower case."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).replace("’", "'")
    return WORD.findall(text.lower())


def normalized_text(text: str) -> str:
    """A text with spaces around each word, so that whole words and phrases are substrings."""
    return f" {'  '.join(tokenize(text))} "


@dataclass(frozen=True)
class Phrase:
    """Consecutive words; a single word is a phrase too. With `prefix`, the last word may continue."""

    words: tuple[str, ...]
    prefix: bool = False

    def score(self, texts: list[str]) -> float | None:
        """Higher the more often it occurs and the shorter the text; None if it does not occur."""
        phrase = f" {'  '.join(self.words)}" + ("" if self.prefix else " ")
        found = [(text.count(phrase), len(text)) for text in texts if phrase in text]
        return sum(count / (count + 0.5 + length / 200) for count, length in found) if found else None

    def required_fragments(self) -> set[str]:
        """Substrings that every match contains, in any case and any JSON escaping."""
        return {token for word in self.words for token in ASCII_FRAGMENT.findall(word)}


@dataclass(frozen=True)
class MatchAll:
    """`*`, or an empty query."""

    def score(self, texts: list[str]) -> float | None:
        """Any record."""
        return 1.0

    def required_fragments(self) -> set[str]:
        """None."""
        return set()


@dataclass(frozen=True)
class MatchNone(MatchAll):
    """A query without any word."""

    def score(self, texts: list[str]) -> float | None:
        """No record."""
        return None


@dataclass(frozen=True)
class Not:
    """Must not match."""

    part: Query

    def score(self, texts: list[str]) -> float | None:
        """Zero if the part does not match."""
        return 0.0 if self.part.score(texts) is None else None

    def required_fragments(self) -> set[str]:
        """None: absence requires no substring."""
        return set()


@dataclass(frozen=True)
class And:
    """AND."""

    left: Query
    right: Query

    def score(self, texts: list[str]) -> float | None:
        """The sum, if both match."""
        left = self.left.score(texts)
        right = None if left is None else self.right.score(texts)
        return None if left is None or right is None else left + right

    def required_fragments(self) -> set[str]:
        """Those of both."""
        return self.left.required_fragments() | self.right.required_fragments()


@dataclass(frozen=True)
class Or:
    """OR."""

    left: Query
    right: Query

    def score(self, texts: list[str]) -> float | None:
        """The sum of the parts that match."""
        scores = [score for score in (self.left.score(texts), self.right.score(texts)) if score is not None]
        return sum(scores) if scores else None

    def required_fragments(self) -> set[str]:
        """Those of both sides in common."""
        return self.left.required_fragments() & self.right.required_fragments()


Query = Phrase | MatchAll | Not | And | Or


@lru_cache(maxsize=256)
def parse(query: str) -> Query:
    """Parse a query. There are no syntax errors: an open quote or group ends with the text.

    Raises TooLongError.
    """
    if not query.strip():
        return MatchAll()
    if len(query) > MAX_WORDS and len(tokenize(query)) > MAX_WORDS:
        raise TooLongError(f"Type at most {MAX_WORDS} words")
    found, _ = _group(TOKEN.findall(query), 0, 0)
    return found or MatchNone()


def _group(tokens: list[str], at: int, depth: int) -> tuple[Query | None, int]:
    """Parse up to the closing parenthesis; returns the query and where to continue."""
    result: Query | None = None
    either = negated = False
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token == ")":
            if depth:
                break
            continue
        if token in "|+" or token.isspace():
            either = either or token == "|"
            continue
        while token.startswith("-"):
            token, negated = token[1:], not negated
        if token == "(" and depth < MAX_DEPTH:
            part, at = _group(tokens, at, depth + 1)
        else:
            part = _term(token)
        if part is None:
            negated = negated and token == "" and at < len(tokens) and not tokens[at].isspace()
            continue
        part = Not(part) if negated else part
        result = part if result is None else Or(result, part) if either else And(result, part)
        either = negated = False
    return result, at


def _term(token: str) -> Query | None:
    """A phrase, a prefix, or the words of one token, all of which must occur; None without any word."""
    if token.startswith('"'):
        found = tokenize(token.strip('"').replace("\\", ""))
        return Phrase(tuple(found)) if found else None
    if token == "*":
        return MatchAll()
    prefix = token.endswith("*") and not token.endswith("\\*")
    found = tokenize(re.sub(r"~\d*$", "", token.replace("\\", "")))
    if not found:
        return None
    result: Query = Phrase((found[-1],), prefix)
    for word in reversed(found[:-1]):
        result = And(Phrase((word,)), result)
    return result
