"""Countries, languages and time zones by name and by code, as CLDR writes them in English."""

from __future__ import annotations

import re
from functools import cache

from winnow.validators.tools.grounding.cldr import HOMES, LANGUAGES, TERRITORIES, TERRITORY_ALIASES
from winnow.validators.tools.grounding.finding import Evidence, GroundingLevel
from winnow.validators.tools.grounding.folding import contains_joined, fold, tokens
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.passage import Passage

_LOCALE = re.compile(r"(?P<language>[A-Za-z]{2,3})[-_](?:[A-Za-z]{4}[-_])?(?P<territory>[A-Za-z]{2})")

_ZONE = re.compile(r"[A-Z][A-Za-z]+(?:/[A-Za-z_]+)+")

_ENDINGS = ("n", "an", "ian", "ese", "i", "ish")
"""Regular endings of the adjective of a country: Indian, Brazilian, Japanese, Iraqi. The others are mostly the names of
languages, which are compared as well."""


def same_locale(leaf: Leaf, passage: Passage) -> Evidence | None:
    """The country, language, locale or time zone of a value, in another form."""
    locale = _LOCALE.fullmatch(leaf.text)
    if locale:
        return _locale(locale, passage)
    folded = fold(leaf.text)
    for territory in _territories().get(folded, ()):
        found = _territory(territory, passage)
        if found:
            return found
    for language in _languages().get(folded, ()):
        found = _language(language, passage)
        if found:
            return found
    city = leaf.text.rsplit("/", 1)[-1]
    return Evidence(city) if _ZONE.fullmatch(leaf.text) and contains_joined(passage.text, city) else None


def _locale(match: re.Match[str], passage: Passage) -> Evidence | None:
    """The language decides; the country beside it is the usual one, or is given too."""
    language, territory = match["language"].lower(), match["territory"].upper()
    if language not in LANGUAGES or territory not in TERRITORIES:
        return None
    return _language(language, passage) or _territory(territory, passage)


def _territory(code: str, passage: Passage) -> Evidence | None:
    text = passage.text
    if passage.has(code):  # in capitals
        return Evidence(code)
    for name in _territory_names(code):
        if contains_joined(text, name):
            return Evidence(name)
    for language, home in HOMES.items():
        if home == code and contains_joined(text, LANGUAGES[language]):
            return Evidence(LANGUAGES[language])
    words = set(tokens(text))
    return next((Evidence(word) for word in _adjectives(code) if word in words), None)


def _language(code: str, passage: Passage) -> Evidence | None:
    name = LANGUAGES[code]
    if contains_joined(passage.text, name):
        return Evidence(name)
    home = HOMES.get(code)
    found = _territory(home, passage) if home else None
    return Evidence(found.quoted, GroundingLevel.REVIEW, "the language of a country that is given") if found else None


@cache
def _territory_names(code: str) -> tuple[str, ...]:
    """Its name, its name without an addition in brackets, and the codes of ISO 3166."""
    name = TERRITORIES[code]
    aliases = [alias for alias, codes in TERRITORY_ALIASES.items() if codes == [code]]
    return tuple(dict.fromkeys((name, re.sub(r"\s*\(.*\)", "", name), *aliases)))


@cache
def _adjectives(code: str) -> frozenset[str]:
    """Regular adjectives of the last word of a country's name."""
    last = tokens(TERRITORIES[code])[-1]
    return frozenset(base + ending for base in (last, last[:-1]) for ending in _ENDINGS) | {last[:-1]}


@cache
def _territories() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code in TERRITORIES:
        for form in {fold(name) for name in (*_territory_names(code), code)}:
            found[form] = (*found.get(form, ()), code)
    return found


@cache
def _languages() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, name in LANGUAGES.items():
        for form in {fold(name), fold(code)}:
            found[form] = (*found.get(form, ()), code)
    return found
