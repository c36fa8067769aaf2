"""Numbers in words, with separators, scales, signs, percentages and ordinals."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from winnow.validators.tools.grounding.finding import Evidence
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.passage import Passage

_UNITS = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)

_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))

_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}

_SUFFIXES = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "t": 10**12, "dozen": 12, **_SCALES}

_ORDINALS = {
    **dict(
        zip(
            "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
            "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth".split(),
            range(20),
            strict=True,
        )
    ),
    **{word.removesuffix("y") + "ieth": value for word, value in _TENS.items()},
    "hundredth": 100,
    "thousandth": 1000,
}

_AMOUNTS = {
    "half": 0.5,
    "quarter": 0.25,
    "once": 1,
    "single": 1,
    "twice": 2,
    "double": 2,
    "couple": 2,
    "pair": 2,
    "both": 2,
    "triple": 3,
    "thrice": 3,
    "dozen": 12,
    "half dozen": 6,
}

_FRACTIONS = {"¼": 0.25, "½": 0.5, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}

_DIGITS = re.compile(
    r"(?P<sign>(?<![\w)])[-−])?(?P<number>\d+(?:,\d{2,3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\d)\.\d+)"
    r"(?P<power>[eE][-+]?\d+|\s?(?:\^|\*\*)\s?\d+)?"
    r"\s?(?P<suffix>(?:st|nd|rd|th|k|mn?|bn?|t|hundred|thousand|million|billion|trillion|dozen|percent|per cent)\b|%)?"
    r"(?:\s?°?\s?(?P<hemisphere>[SW])\b)?",
    re.I,
)

_WORD = re.compile(r"[a-z]+")

_NUMBER_WORDS = {**_UNITS, **_TENS, **_SCALES, **_ORDINALS}

_RANGE = re.compile(r"(?<![\d.])(\d{1,15})\s*(?:-|–|—|to|through|until|and)\s*(\d{1,15})(?!\d|\.\d)", re.I)

_MAX_EXPONENT = 100

_MAX_BASE = 1000
"""Powers of larger numbers, and larger powers, may exceed a float."""

_MAX_RANGE = 1000
"""A longer range is not listed number by number."""


@dataclass(frozen=True)
class NumberMention:
    """A number in a text."""

    quoted: str
    readings: tuple[float, ...]
    """What it may stand for: 2% is 2 or 0.02."""


@lru_cache(maxsize=1024)
def number_mentions(text: str) -> tuple[NumberMention, ...]:
    """Every number of a text, in digits or English words."""
    found = [*_in_digits(text), *_in_words(text)]
    found += [NumberMention(c, (value,)) for c, value in _FRACTIONS.items() if c in text]
    return tuple(found)


def same_number(leaf: Leaf, passage: Passage) -> Evidence | None:
    """The same number in another form; a whole number inside a range, for an element of a list."""
    wanted = leaf.number
    if wanted is None:
        return None
    for mention in number_mentions(passage.text):
        if any(math.isclose(wanted, reading, rel_tol=1e-9) for reading in mention.readings):
            return Evidence(mention.quoted)
    return _in_range(wanted, passage.text) if leaf.in_array and wanted.is_integer() else None


def _in_range(wanted: float, text: str) -> Evidence | None:
    for match in _RANGE.finditer(text):
        first, last = int(match[1]), int(match[2])
        if first <= wanted <= last <= first + _MAX_RANGE:
            return Evidence(match[0])
    return None


def _in_digits(text: str) -> Iterator[NumberMention]:
    for match in _DIGITS.finditer(text):
        value = float(match["number"].replace(",", ""))
        readings = [value, *_with_suffix(value, (match["suffix"] or "").lower()), *_with_power(value, match["power"])]
        if match["sign"] or match["hemisphere"]:
            readings = [-reading for reading in readings]
        if "," in match["number"]:  # a list without spaces looks like thousands
            readings += map(float, match["number"].split(","))
        yield NumberMention(match[0].strip(), tuple(readings))


def _with_suffix(value: float, suffix: str) -> list[float]:
    if suffix in ("%", "percent", "per cent"):
        return [value / 100, 1 + value / 100, 1 - value / 100]
    return [value * _SUFFIXES[suffix]] if suffix in _SUFFIXES else []


def _with_power(value: float, power: str | None) -> list[float]:
    if not power:
        return []
    exponent = float(re.sub(r"[eE^*\s]", "", power))
    if abs(exponent) > _MAX_EXPONENT or value > _MAX_BASE:
        return []
    return [value * 10**exponent if power[0] in "eE" else value**exponent]


def _in_words(text: str) -> Iterator[NumberMention]:
    run: list[str] = []
    for word in [*_WORD.findall(text.lower()), ""]:
        if word in _NUMBER_WORDS or (run and word in ("and", "a") and run[-1] in _SCALES):
            run.append(word)
            continue
        if run:
            yield from _run(run)
        run = []
        if word in _AMOUNTS:
            yield NumberMention(word, (_AMOUNTS[word],))


def _run(words: list[str]) -> Iterator[NumberMention]:
    """The number that words say together, and each by itself, because "one two three" is a list."""
    yield NumberMention(" ".join(words), (_value(words),))
    if len(words) > 1:
        for word in words:
            if word in _NUMBER_WORDS:
                yield NumberMention(word, (_NUMBER_WORDS[word],))


def _value(words: list[str]) -> float:
    total, current = 0, 0
    for word in words:
        if word == "hundred":
            current = max(current, 1) * 100
        elif word in _SCALES:
            total, current = total + max(current, 1) * _SCALES[word], 0
        elif word in _NUMBER_WORDS:
            current += _NUMBER_WORDS[word]
    return float(total + current)
