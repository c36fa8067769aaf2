"""Whether anything that is given could stand for a value, even by knowledge about the world."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from winnow.validators.tools.dialogue import Tool
from winnow.validators.tools.grounding.calendar_dates import date_mentions, dates_of_value
from winnow.validators.tools.grounding.clock_times import time_mentions, times_of_value
from winnow.validators.tools.grounding.folding import FUNCTION_WORDS, fold, split_name, stem, stems, tokens
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.numeric import NumberMention, number_mentions
from winnow.validators.tools.grounding.passage import Passage
from winnow.validators.tools.grounding.quantities import quantities
from winnow.validators.tools.grounding.relative_dates import relative_dates
from winnow.validators.wording.facets import QUESTION_WORDS
from winnow.validators.wording.spelling import frequency, frequent_words

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

_SENTENCE_START = re.compile(r"(?:^|[.!?:\n]\s*)[\"'“‘(]*$")

_QUOTED = re.compile(r"[\"“”‘][^\"“”]+[\"“”’]|(?<!\w)'[^']+'(?!\w)")

_DAY_PARTS = re.compile(r"\b(?:morning|afternoon|evening|night|noon|breakfast|lunch|dinner|brunch)\b", re.I)

_BEGINNING = 500
"""Characters of a text by which its language is told."""

_KNOWN_ZIPF = 3.7
"""Most words of a request in another language are rarer in English than this (5 occurrences in a million words)."""

_PARTS_OF_DATE = frozenset({"year", "month", "day"})

_MANY = 20
"""Computed from the first so many numbers of a text; longer lists are data."""

PLAIN_WORDS = 300
"""So many of the most frequent words of English name no thing from which a value could follow; the first names of
people and places are near rank 400."""

_SCALES = frozenset(
    "level rating priority grade intensity severity importance scale rank degree category mode class stage".split()
)
"""Words in the name of a number that stands for a word: priority 1 is "urgent"."""

_SIDES = frozenset("from to start end first second source target old new is in out".split())
"""Words in a name that tell two arguments of one kind apart."""

_ENDS_OF_ROUTE = frozenset("origin destination departure arrival".split())

_REQUEST_WORDS = frozenset(
    """
    please thanks thank hello hi hey could can would will want need like wish help find get give show tell let know
    check look see make create set add send book schedule i i'd i'm i've i'll let's it's what's that's where's how's
    there's me my mine us our some any more also just now today something anything it this that these those
    """.split()
)
"""Words with which people ask, whatever they ask for."""

_JOINED = re.compile(r",|&|\b(?:and|with|plus)\b", re.I)
"""What joins the parts of a list: "me and my wife" are two."""

_DEICTIC = frozenset(["me", "self", "home", "here", "now", "current", "current location"])
"""Values that mean the user's own person, place or time, which need not be said."""

_IMPLIED = (0, 1)
"""Numbers that language implies without saying them: "a ticket", "no luggage"."""


def nothing_given(
    leaf: Leaf, passages: Sequence[Passage], tool: Tool | None, accounted: Mapping[str, Sequence[str]]
) -> bool:
    """Whether no passage has anything that a value of this type could come from.

    `accounted` are the other arguments of the call by path, each with the words that give it. For dates, times and
    numbers: nothing of the type that does not already give another argument, and no name. For other strings: no word at
    all beyond those of the request itself and those of an argument of the same kind, such as the other city.
    """
    others = [text for texts in accounted.values() for text in texts]
    texts = [passage.text for passage in passages]
    if not all(map(_reads_english, texts)):
        return False
    if not isinstance(leaf.value, str):
        typed = not _may_be_implied(leaf) and not any(_counts(leaf, text, others) for text in texts)
    elif dates_of_value(leaf):
        typed = not any(_dates(text, others) for text in texts)
    elif times_of_value(leaf):
        typed = not any(_times(text, others) for text in texts)
    elif leaf.text.lower() in _DEICTIC:
        return False
    else:
        taken = _request_stems(tool) | _same_kind(leaf, accounted) | _numbers(leaf, others)
        return not any(_unexplained(text, taken) for text in texts)
    explained = _request_stems(tool) | {each for other in others for each in stems(other)}
    return typed and not any(_names(text, explained) for text in texts)


def _reads_english(text: str) -> bool:
    """Whether most words are English ones; the rules about dates, numbers and requests know no other language."""
    words = [word for word in _WORD.findall(text[:_BEGINNING]) if len(word) > 2 and word.islower()]
    letters = [c for c in text[:_BEGINNING] if c.isalpha()]
    if 2 * sum(map(str.isascii, letters)) < len(letters):
        return False
    return 2 * sum(frequency(word, "en") < _KNOWN_ZIPF for word in words) <= len(words)


def _may_be_implied(leaf: Leaf) -> bool:
    """Whether a number may stand for something that is not a number: "a ticket", "moderately active"."""
    return leaf.number in _IMPLIED or not _SCALES.isdisjoint(leaf.about)


def _same_kind(leaf: Leaf, accounted: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Stems of the words that give an argument of the same kind: `origin` and `destination`, `city1` and `city2`."""
    kind = _kind(leaf.path)
    alike = [texts for path, texts in accounted.items() if kind and kind & _kind(path)]
    return frozenset(each for texts in alike for text in texts for each in stems(text))


def _kind(path: str) -> frozenset[str]:
    """The words of a name without what tells two of a kind apart."""
    words = {word.rstrip("0123456789") for word in split_name(re.sub(r"\[\d+\]", "", path))}
    return frozenset("end" if word in _ENDS_OF_ROUTE else word for word in words - _SIDES - {""})


def _numbers(leaf: Leaf, others: Sequence[str]) -> frozenset[str]:
    """The numbers that give other arguments, of which a string without digits does not consist."""
    if any(map(str.isdigit, leaf.text)):
        return frozenset()
    return frozenset(word for other in others for word in tokens(other) if word.isdigit())


def _counts(leaf: Leaf, text: str, others: Sequence[str]) -> bool:
    """Whether a text has a number that gives no other argument, or numbers from which this one may be computed."""
    mentions = number_mentions(text)
    if _free(mentions, others) or (date_mentions(text) and _PARTS_OF_DATE & leaf.about):
        return True
    if leaf.number is not None and 1 < leaf.number <= 1 + len(_JOINED.findall(text)):  # it may count what is listed
        return True
    readings = [reading for mention in mentions[:_MANY] for reading in mention.readings]
    return leaf.number is not None and any(math.isclose(leaf.number, one, rel_tol=1e-3) for one in _computed(readings))


def _computed(readings: Sequence[float]) -> Iterator[float]:
    """What one operation makes of one or two numbers; indexes are counted from 0 or from 1."""
    for one in readings:
        yield from (one + 1, one - 1, one * one)
    for one, other in itertools.permutations(readings, 2):
        yield from (one + other, one - other, one * other)
        if other:
            yield one / other


def _free(mentions: Sequence[NumberMention], others: Sequence[str]) -> bool:
    """Whether a number gives no other argument."""
    taken = {reading for other in others for mention in number_mentions(other) for reading in mention.readings}
    return any(taken.isdisjoint(mention.readings) for mention in mentions)


def _dates(text: str, others: Sequence[str]) -> bool:
    """Whether a text has a date, or a number that may be one, which gives no other argument; or lengths of time."""
    given = [one.quoted for one in date_mentions(text)] + [one.quoted for one in relative_dates(text, None)]
    free = any(not any(quoted in other for other in others) for quoted in given)
    return free or _free(number_mentions(text), others) or _lengths_of_time(text)


def _times(text: str, others: Sequence[str]) -> bool:
    """The same for times of day; parts of the day count."""
    free = any(not any(one.quoted in other for other in others) for one in time_mentions(text))
    numbers = _free(number_mentions(text), others)
    return free or numbers or _lengths_of_time(text) or _DAY_PARTS.search(text) is not None


def _lengths_of_time(text: str) -> bool:
    """Whether an end may be computed from a beginning."""
    return any(one.dimension == "duration" for one in quantities(text))


def _names(text: str, explained: frozenset[str]) -> list[str]:
    """Capitalized words inside sentences, and quoted words, that no other argument and no tool explains."""
    quoted = [word for match in _QUOTED.finditer(text) for word in _WORD.findall(match[0])]
    inside = [match[0] for match in _WORD.finditer(text) if _is_name(match, text)]
    return [word for word in quoted + inside if stem(fold(word)) not in explained and fold(word) not in _REQUEST_WORDS]


def _is_name(match: re.Match[str], text: str) -> bool:
    return match[0][0].isupper() and not _SENTENCE_START.search(text[: match.start()])


def _unexplained(text: str, explained: frozenset[str]) -> list[str]:
    """The words that may say something: those that are not of the tool, and neither frequent nor words of a request."""
    return [
        match[0]
        for match in _WORD.finditer(text)
        if stem(fold(match[0])) not in explained
        and fold(match[0]) not in _REQUEST_WORDS
        and (_is_name(match, text) or fold(match[0]) not in _plain_words())
    ]


def _request_stems(tool: Tool | None) -> frozenset[str]:
    """Stems of the words that only name what is wanted: those of the tool and of its arguments."""
    return frozenset(stem for text in _tool_texts(tool) for stem in stems(text)) if tool else frozenset()


def _tool_texts(tool: Tool) -> Iterator[str]:
    yield tool.name
    yield tool.description
    for name, schema in tool.properties.items():
        yield name
        if isinstance(schema, dict):
            yield str(schema.get("description", ""))


@cache
def _plain_words() -> frozenset[str]:
    return FUNCTION_WORDS | QUESTION_WORDS | frozenset(filter(str.isalpha, frequent_words("en", PLAIN_WORDS)))
