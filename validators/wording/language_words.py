"""The words of a language that change what a request asks for, from its data file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

LANGUAGE_FILES = files("winnow.validators.wording.languages")

LANGUAGES_WITH_WORDS = ("de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "tr", "vi", "zh")
"""ISO 639-1 codes of the languages that have a data file."""


@dataclass(frozen=True)
class LanguageWords:
    """Words of one language. All are case-folded."""

    spaced: bool = True
    """Whether spaces separate words."""
    optional_accents: str = ""
    """Letters that are often typed without their accent; other accents make another letter."""
    linkers: tuple[str, ...] = ()
    """Words before an argument, such as "to" and "about": two arguments that change places change the request."""
    postpositions: tuple[str, ...] = ()
    """The same after an argument."""
    source_suffixes: tuple[str, ...] = ()
    """Endings of words that say where something comes from."""
    articles: tuple[str, ...] = ()
    """Words between a linker and its argument."""
    opposites: tuple[tuple[str, str], ...] = ()
    """Pairs of expressions that reverse the meaning of a request."""
    negations: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    degrees: tuple[str, ...] = ()
    """Comparatives, superlatives, and the words that make them."""
    degree_suffixes: tuple[str, ...] = ()
    """Endings that make a comparative or superlative."""
    degree_prefixes: tuple[str, ...] = ()
    """Beginnings that make one."""
    times: tuple[tuple[str, ...], ...] = ()
    """Weekdays, months, relative days and times of day; expressions of one group mean the same."""
    ordinals: tuple[tuple[str, ...], ...] = ()
    """Ordinal numbers; the forms of one group mean the same."""


@cache
def language_words(language: str) -> LanguageWords:
    """The words of a language, by its ISO 639-1 code; none of a language without a data file."""
    if language not in LANGUAGES_WITH_WORDS:
        return LanguageWords()
    loaded = yaml.safe_load((LANGUAGE_FILES / f"{language}.yaml").read_text(encoding="utf-8"))
    return _words_of(loaded)


def _words_of(loaded: Mapping[str, object]) -> LanguageWords:
    lists = {
        name: tuple(str(loaded.get(name, "")).split())
        for name in (
            "linkers",
            "postpositions",
            "source_suffixes",
            "articles",
            "negations",
            "numbers",
            "degrees",
            "degree_suffixes",
            "degree_prefixes",
        )
    }
    pairs = (pair.replace("_", " ").split("/") for pair in str(loaded.get("opposites", "")).split())
    return LanguageWords(
        spaced=bool(loaded.get("spaced", True)),
        optional_accents=str(loaded["optional_accents"]),
        opposites=tuple((one, other) for one, other in pairs),
        times=_groups(loaded["times"]),
        ordinals=_groups(loaded["ordinals"]),
        **lists,
    )


def _groups(lines: object) -> tuple[tuple[str, ...], ...]:
    listed: Iterable[object] = lines if isinstance(lines, list) else ()
    return tuple(tuple(str(line).split(", ")) for line in listed)
