"""Variation kind `casing`: letter case and end mark together, as typed in haste, with care, or in anger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from winnow.generators.variations.tokens import TextChange, TokenizedQuery
from winnow.validators.wording.facets import phrasing

ALSO_ORDERS = ("have", "do", "will", "may")
"""Question words that can begin something else than a question: "have the script run"."""

END = re.compile(r"\s*[.!?…]*\s*$")


def casing(query: TokenizedQuery) -> Iterator[TextChange]:
    """Lower case without an end mark, a capital with one, all capitals, two end marks. Not for command lines."""
    cased = query.text.lower() != query.text.upper()
    if query.is_command_line or query.code or not cased or not any(word.natural for word in query.words):
        return
    body = END.sub("", query.text)
    first = query.folded[0]
    mark = query.text[len(body) :].strip()
    asks = mark.startswith("?") or (not mark and phrasing(query.text) == "question" and first not in ALSO_ORDERS)
    if mark:
        small = _each_word(TokenizedQuery(body, query.slots), str.lower)
        yield TextChange(small.lstrip("¿¡"), "small letters, no end mark")
    else:
        yield TextChange(body[:1].upper() + body[1:] + ("?" if asks else "."), "capital and end mark")
    if not query.all_capitals:
        yield TextChange(_each_word(TokenizedQuery(body, query.slots), str.upper) + ("?!" if asks else "!"), "capitals")
    if asks and mark != "??":
        yield TextChange(f"{body}??", "two question marks")


def _each_word(query: TokenizedQuery, change: Callable[[str], str]) -> str:
    """Words of prose changed; code, paths, quotations and slot values stay."""
    text = query.text
    for word in reversed(query.words):
        if word.natural:
            text = text[: word.start] + change(word.text) + text[word.end :]
    return text
