"""Text reduced to what stays the same: case, accents, punctuation and inflection removed."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

import snowballstemmer

_TOKEN = re.compile(r"[^\W_]+")

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_STEMMER = snowballstemmer.stemmer("english")

FUNCTION_WORDS = frozenset(
    "a an the of for in on at to and or with by from into about as is are was were be been that this these those it "
    "its my your our their his her me you we us they i".split()
)
"""Words that carry no value: articles, prepositions, conjunctions, pronouns, forms of "be"."""

MIN_ABBREVIATION = 3
"""An abbreviation by its beginning has at least so many letters: "asc", "desc", "info"."""


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The text in lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


@lru_cache(maxsize=1024)
def tokens(text: str) -> tuple[str, ...]:
    """The folded words and numbers of a text, in order."""
    return tuple(_TOKEN.findall(fold(text)))


def split_name(name: str) -> tuple[str, ...]:
    """The folded words of an identifier: `startDate`, `start_date` and `start-date` have the same."""
    return tokens(_CAMEL.sub(" ", name))


@cache
def stem(word: str) -> str:
    """The stem of a folded English word (Snowball); other words are mostly left as they are."""
    return str(_STEMMER.stemWord(word))


@lru_cache(maxsize=1024)
def stems(text: str) -> frozenset[str]:
    """The stems of the words of a text, those inside identifiers included."""
    return frozenset(stem(word) for word in (*tokens(text), *split_name(text)))


def content_words(text: str) -> list[str]:
    """The folded words of an identifier or text that are no function words."""
    return [word for word in split_name(text) if word not in FUNCTION_WORDS]


def contains_joined(text: str, part: str) -> bool:
    """Whether the words of `part` stand together in the text, however both are separated."""
    wanted = "".join(tokens(part))
    if not wanted:
        return False
    words = tokens(text)
    joined = "".join(words)
    if wanted not in joined:
        return False
    bounds = _bounds(words)
    starts = (match.start() for match in re.finditer(f"(?={re.escape(wanted)})", joined))
    if not wanted.isascii():  # scripts without spaces have no bounds
        return True
    return any(start in bounds and start + len(wanted) in bounds for start in starts)


@lru_cache(maxsize=256)
def _bounds(words: tuple[str, ...]) -> frozenset[int]:
    places, end = {0}, 0
    for word in words:
        end += len(word)
        places.add(end)
    return frozenset(places)
