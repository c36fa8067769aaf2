"""A turn of a user without the phrase that gives one value."""

from __future__ import annotations

import re

from winnow.validators.tools.missing_arguments import name_words

PREPOSITIONS = "in|at|for|to|from|of|on|with|near|by|named|called|titled|using"

LAST_WORDS = frozenset(
    """
    a an the my your our this that these those is are was were be been do does did has have had and or but than then
    in at for to from of on with near by about between as not no if it's what's which what who whose how when where
    me us you him her them tell show give get find search look check convert translate calculate compute add set put
    send make need want like more less least most all any some its their his into like using via per named called
    know see let go change move from interested deadline due power sum total kind type part lot number sort offset
    """.split()
)
"""A turn that is cut after one of these words reads broken."""

FOLLOWING = re.compile(
    r"""["'”’)]?\s*(?:[.?!]+(?:\s|$)|,\s+(?:please|and\s+(?:give|tell|show|also))\b|$|
    \s(?:in|at|for|from|on|by|with|using|please|today|tomorrow|tonight|right\ now|now|this\ \w+|next\ \w+|as\ of|per|
    over|during|that|saying)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
"""What may follow a phrase that is removed."""

DATE_PHRASE = r"\s(?:(?:on|by|for|until|before|from)\s+)?(?:the\s+)?$"
"""What stands before a date and is removed with it."""

MEASURED = re.compile(r"\b(?:with|at|using|in|for)\s+an?\s+[\w'’ -]+$", re.IGNORECASE)
"""What names a quantity right before "of"."""

MIN_WORDS = 3
"""A turn with fewer words left says too little."""


def without_phrase(text: str, value: str, name: str, *, is_date: bool = False) -> str | None:
    """The text without the phrase that ends with a value, such as "in Oslo"; None where it would read broken.

    The phrase begins with a preposition; the name of the argument may stand between: "with the user ID 12". A date may
    have none: "tomorrow".
    """
    found = occurrences(text, value)
    if len(found) != 1:
        return None
    start, end = found[0]
    before, after = text[:start], text[end:]
    phrase = re.search(DATE_PHRASE if is_date else _phrase_pattern(name), before, re.IGNORECASE)
    if phrase is None or not FOLLOWING.match(after):
        return None
    kept = before[: phrase.start()].rstrip()
    rest = after.lstrip("\"'”’")
    words = re.findall(r"[\w'’-]+", kept.lower())
    if len(words) < MIN_WORDS or _needs_more(words[-1]) or kept[-1] in ",:;-" or _is_cut(kept, phrase[0]):
        return None
    return None if _is_named(name, f"{kept} {rest}") else f"{kept}{rest}".strip()


def _needs_more(word: str) -> bool:
    """Whether a word asks for something after it, such as a preposition or "priced"."""
    return word in LAST_WORDS or word.endswith(("ed", "ing"))


def _is_cut(kept: str, phrase: str) -> bool:
    """Whether "with a significance level" is left of "with a significance level of 0.01"."""
    return phrase.split()[:1] == ["of"] and MEASURED.search(kept) is not None


def _is_named(name: str, text: str) -> bool:
    """Whether all words of an argument's name are left in a text: then its value is missed there."""
    left = {word.removesuffix("s") for word in re.findall(r"[a-z]+", text.lower())}
    return all(word.removesuffix("s") in left for word in name_words(name))


def occurrences(text: str, value: str) -> list[tuple[int, int]]:
    """Where a value stands in a text as a whole, whatever its case."""
    if not value.strip():
        return []
    pattern = rf"(?<![\w.@-]){re.escape(value.strip())}(?![\w@%-]|[.,:/]\w)"
    return [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]


def _phrase_pattern(name: str) -> str:
    """A preposition, an article and words of the argument's name, up to the end."""
    words = {*name_words(name), "id", "city", "number", "code", "name", "user", "date", "year", "town", "country"}
    named = "|".join(sorted(map(re.escape, words)))
    return rf"\s(?:{PREPOSITIONS})\s+(?:(?:the|a|an)\s+)?(?:(?:{named})\s+){{0,3}}[\"'“‘(]?$"
