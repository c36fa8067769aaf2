"""The patterns of one language with which texts are read for what protects them from dedup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from winnow.validators.wording.language_words import LanguageWords, language_words
from winnow.validators.wording.word_borders import NOT_AFTER_LETTER, NOT_BEFORE_LETTER, whole_words

_NUMBER_WORDS = (
    "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion"
).split()
"""Without "one", which is more often a pronoun than a number."""

_DIGITS = r"\d+(?:[.,:/]\d+)*"

_WORDS = rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b"

NUMBER = re.compile(rf"{_DIGITS}|{_WORDS}", re.IGNORECASE)
"""Numbers that protect a record in every language, including the digits of "iphone13"."""

NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|nobody|nowhere|neither|nor|without|cannot|\w+n['’]t|"
    r"dont|doesnt|didnt|cant|couldnt|wont|wouldnt|isnt|arent|wasnt|werent|hasnt|havent|shouldnt)\b",
    re.IGNORECASE,
)

FROM = re.compile(
    r"\bfrom\s+(?:(?:my|the|a|an|our|your|his|her|their|this|that)\s+)*(\w+)",
    re.IGNORECASE,
)

_OPPOSITES = (
    "in/out on/off up/down before/after into/out inside/outside above/below over/under enable/disable "
    "increase/decrease raise/lower open/close start/stop more/less most/least maximum/minimum max/min add/remove"
)

OPPOSITES = [tuple(pair.split("/")) for pair in _OPPOSITES.split()]
"""Pairs of words that reverse the meaning of a request, in every language."""


@dataclass(frozen=True)
class WordingPatterns:
    """What the texts of one language are searched for. Texts are case-folded before."""

    words: LanguageWords
    amount: re.Pattern[str]
    """Numbers that are masked: separate words only; the digits of "401k" and "iphone13" are part of a name."""
    numbers: re.Pattern[str]
    negations: re.Pattern[str]
    opposites: re.Pattern[str]
    opposite_of: Mapping[str, frozenset[str]]
    times: re.Pattern[str]
    time_of: Mapping[str, str]
    """The first expression of the group of each expression."""
    ordinals: re.Pattern[str]
    ordinal_of: Mapping[str, str]
    degrees: re.Pattern[str]


NOTHING = re.compile(r"(?!)")
"""Finds nothing."""


@cache
def wording_patterns(language: str) -> WordingPatterns:
    """The patterns of a language, with those that apply to every language."""
    words = language_words(language)
    spaced_numbers = [*_NUMBER_WORDS, *(words.numbers if words.spaced else ())]
    opposite_of = _opposite_of([*OPPOSITES, *words.opposites])
    return WordingPatterns(
        words,
        amount=re.compile(
            rf"{NOT_AFTER_LETTER}{_DIGITS}{NOT_BEFORE_LETTER}|{whole_words(spaced_numbers)}", re.IGNORECASE
        ),
        numbers=_either([NUMBER.pattern, *map(whole_words, [words.numbers])]),
        negations=_either([NEGATION.pattern, whole_words(words.negations)]),
        opposites=_either([whole_words(opposite_of)]),
        opposite_of=opposite_of,
        times=_either([whole_words(chain(*words.times))]),
        time_of=_first_of_group(words.times),
        ordinals=_either([whole_words(chain(*words.ordinals))]),
        ordinal_of=_first_of_group(words.ordinals),
        degrees=_either([whole_words(words.degrees)]),
    )


def _either(patterns: Sequence[str]) -> re.Pattern[str]:
    given = [one for one in patterns if one]
    return re.compile("|".join(given), re.IGNORECASE) if given else NOTHING


def _opposite_of(pairs: Sequence[Sequence[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for one, other in pairs:
        found[one] = found.get(one, frozenset()) | {other}
        found[other] = found.get(other, frozenset()) | {one}
    return found


def _first_of_group(groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """The first expression of the group of each; one that is in several groups keeps the first."""
    return {expression: group[0] for group in reversed(groups) for expression in group}
