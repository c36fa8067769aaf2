"""Currencies by code, name and symbol, as CLDR writes them in English."""

from __future__ import annotations

import re
from functools import cache

from babel.numbers import get_currency_name

from winnow.validators.tools.grounding.cldr import CURRENCIES, CURRENCY_SYMBOLS
from winnow.validators.tools.grounding.finding import Evidence, GroundingLevel
from winnow.validators.tools.grounding.folding import contains_joined, fold, stem, tokens
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.passage import Passage


def same_currency(leaf: Leaf, passage: Passage) -> Evidence | None:
    """The currency of a value that is a code, a name or a symbol, in any of these forms."""
    for code in _codes().get(fold(leaf.text), ()):
        found = _named(code, passage.text)
        if found:
            return found
    return None


def _named(code: str, text: str) -> Evidence | None:
    for name in _names(code):
        if contains_joined(text, name):
            return Evidence(name)
    symbol = CURRENCY_SYMBOLS.get(code, code)
    if not symbol.isalpha() and re.search(rf"(?<![^\W\d_]){re.escape(symbol)}", text):
        return Evidence(symbol)
    noun = stem(tokens(_names(code)[0])[-1])
    word = next((word for word in tokens(text) if stem(word) == noun), None)
    if not word:
        return None
    if len(symbol) == 1:  # the currency that English means by the bare word
        return Evidence(word)
    return Evidence(word, GroundingLevel.REVIEW, "several currencies have this name")


@cache
def _names(code: str) -> tuple[str, ...]:
    return (CURRENCIES[code], get_currency_name(code, count=2, locale="en"), code)


@cache
def _codes() -> dict[str, tuple[str, ...]]:
    """Codes by every folded form."""
    found: dict[str, tuple[str, ...]] = {}
    for code in CURRENCIES:
        for form in {fold(name) for name in (*_names(code), CURRENCY_SYMBOLS.get(code, code))}:
            found[form] = (*found.get(form, ()), code)
    return found
