"""English names of countries, languages, currencies and months from CLDR, the Unicode locale data, by way of Babel."""

from __future__ import annotations

from collections.abc import Mapping

from babel import Locale
from babel.core import get_global

_ENGLISH = Locale("en")


def _strings(data: Mapping[str | int | None, str]) -> dict[str, str]:
    return {str(key): str(data[key]) for key in data}


TERRITORIES = {code: name for code, name in _strings(_ENGLISH.territories).items() if code.isalpha()}
"""Name by the code of ISO 3166-1 alpha-2, and of regions in letters such as EU."""

LANGUAGES = _strings(_ENGLISH.languages)
"""Name by the code of ISO 639."""

CURRENCIES = _strings(_ENGLISH.currencies)
"""Name by the code of ISO 4217."""

CURRENCY_SYMBOLS = _strings(_ENGLISH.currency_symbols)
"""Symbol by the code, as it is written in the United States: `A$` for Australian dollars."""

MONTHS = {
    str(name).lower(): int(number)
    for width in ("wide", "abbreviated")
    for number, name in _ENGLISH.months["format"][width].items()
} | {"sept": 9}
"""Number of a month by its name or abbreviation in lower case."""

TERRITORY_ALIASES: dict[str, list[str]] = {
    str(alias): list(codes) for alias, codes in get_global("territory_aliases").items() if alias.isalpha()
}
"""Codes in place of another: `USA`, `UK`."""

HOMES = {
    language: str(tag).rsplit("_", 1)[-1]
    for language, tag in get_global("likely_subtags").items()
    if language in LANGUAGES and str(tag).rsplit("_", 1)[-1] in TERRITORIES
}
"""The country where a language is mainly spoken, by its code."""
