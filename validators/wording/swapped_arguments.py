"""Arguments of a request, by the words that introduce them: "from Rome to Oslo" is not "from Oslo to Rome"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from winnow.validators.wording.language_words import LanguageWords, language_words

ARGUMENT_WORDS = 3
"""Words of an argument that are compared."""

ARGUMENT_CHARACTERS = 2
"""Characters of an argument that are compared where no spaces separate words."""

_WORD = re.compile(r"\w+")


class Argument(NamedTuple):
    """What a text says after a linker, or before a postposition."""

    linker: str
    words: tuple[str, ...]


def arguments_of(text: str, language: str) -> frozenset[Argument]:
    """The arguments of a case-folded text."""
    own = language_words(language)
    english = language_words("en")
    found = set(_spaced_arguments(text, english))
    if language != "en":
        found |= set(_spaced_arguments(text, own) if own.spaced else _unspaced_arguments(text, language))
    return frozenset(found)


def are_swapped(one: frozenset[Argument], other: frozenset[Argument], text: str, other_text: str) -> bool:
    """Whether a linker introduces one argument in one text and another in the other, and both texts have both."""
    return any(
        mine.linker == theirs.linker
        and _differ(mine.words, theirs.words)
        and _has(other_text, mine.words)
        and _has(text, theirs.words)
        for mine in one - other
        for theirs in other - one
    )


def _differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether neither argument is the beginning of the other."""
    return any(a != b for a, b in zip(one, other, strict=False))


def _has(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


def _spaced_arguments(text: str, words: LanguageWords) -> Iterator[Argument]:
    tokens = _WORD.findall(text)
    linkers, articles = frozenset(words.linkers), frozenset(words.articles)
    for position, token in enumerate(tokens):
        if token not in linkers:
            continue
        argument: list[str] = []
        for following in tokens[position + 1 :]:
            if following in linkers or len(argument) == ARGUMENT_WORDS:
                break
            if following not in articles:
                argument.append(following)
        if argument:
            yield Argument(token, tuple(argument))


def _unspaced_arguments(text: str, language: str) -> Iterator[Argument]:
    for match in _unspaced_pattern(language).finditer(text):
        if match["linker"]:
            yield Argument(match["linker"], (match["after"],))
        else:
            yield Argument(match["postposition"], (match["before"],))


@cache
def _unspaced_pattern(language: str) -> re.Pattern[str]:
    words, argument = language_words(language), rf"[^\W_]{{{ARGUMENT_CHARACTERS}}}"
    before = rf"(?P<linker>{_longest_first(words.linkers)})(?=(?P<after>{argument}))"
    after = rf"(?<=(?P<before>{argument}))(?P<postposition>{_longest_first(words.postpositions)})"
    return re.compile(f"{before}|{after}")


def _longest_first(words: Sequence[str]) -> str:
    """A pattern of the words; without any it finds nothing."""
    if not words:
        return "(?!)"
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
