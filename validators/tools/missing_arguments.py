"""Which required arguments an answer asks for, and whether the user has given something that could be their value.

Both are judged by rule and on the safe side: an argument counts as asked for only where its name or an unmistakable
question word stands in a request, and as not given only where nothing in the user's words could be its value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from winnow.validators.tools.dialogue import Tool
from winnow.validators.wording.wording_patterns import NUMBER

SENTENCE = re.compile(r"(?<=[.!?])[\"')*]*\s+|\n+")

OFFER = re.compile(
    r"^\W*(?:(?:otherwise|alternatively|however|or|so|and)\W+)?(?:would you (?:like|prefer) (?:me|to|help)|"
    r"do you want (?:me|to)|shall i|should i|may i|can i|could i|how (?:can|may|else can) i|"
    r"(?:is there )?anything else|what else|if you(?:'d| would)? (?:like|want|need)|(?:does|is|did) that|ready)\b",
    re.IGNORECASE,
)
"""Questions that offer something or ask for consent: no value is missing."""

REQUEST = re.compile(
    r"\?\W*$|\bplease (?:provide|tell|share|give|specify|enter|send|confirm|name)\b|(?<!if you )\b(?:tell|give) me\b|"
    r"\blet me know (?:what|which|when|where|who|how|your|the)\b|\bi(?:'ll| will|'d| would)?(?: \w+)? need "
    r"(?:you to (?:provide|tell|give|specify)|the|your|a|an|to know|some|more|both)\b",
    re.IGNORECASE,
)
"""A question, or a sentence that asks for something."""

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")

FILLER = frozenset(
    """
    a an the my me i we us our your you it its this that these those there here some something anything any one all
    please can could would will should may might want need like let just now hello hi hey thanks thank ok okay sure yes
    no do does did is are was be been am have has had get got give make set put take for from of to in on at by with and
    or so if about how what when where which who why not more new tell help someone somebody s t m re ve d ll
    """.split()
)
"""Words that are never the value of an argument."""

DATE_WORDS = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day|weekend|week|month|year|january|"
    r"february|march|april|may|june|july|august|september|october|november|december|spring|summer|fall|autumn|winter|"
    r"christmas|easter|birthday)s?\b|\b\d{1,2}(?:st|nd|rd|th)\b|\b\d{1,4}([-/.])\d{1,2}\1\d{1,4}\b",
    re.IGNORECASE,
)

TIME_WORDS = re.compile(
    r"\b(?:noon|midday|midnight|morning|afternoon|evening|night|tonight|now|later|earlier|breakfast|lunch|dinner|o'clock|"
    r"hour|half|quarter|dawn|sunset)s?\b|\b\d{1,2}[:.]\d\d\b|\bat \d{1,2}\b|\b\d{1,2} ?[ap]\.?m\b",
    re.IGNORECASE,
)

CODE = re.compile(r"\w_\w|\b[A-Z]{3,}\b|\d{3,}|#\d|[A-Za-z]\d|\b\d+(?!(?:[ap]m|st|nd|rd|th|h)\b)[A-Za-z]\w*")
"""What looks like an identifier: an underscore, capitals, three digits, or digits and letters together."""


class ValueKind(StrEnum):
    """What a value looks like in the user's words."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    EMAIL = "email"
    IDENTIFIER = "identifier"
    CHOICE = "choice"
    """One of the values of an enum."""
    PLACE = "place"
    PERSON = "person"
    TEXT = "text"


KIND_WORDS: Mapping[ValueKind, frozenset[str]] = {
    ValueKind.EMAIL: frozenset("email mail recipient recipients".split()),
    ValueKind.IDENTIFIER: frozenset("id ids identifier uuid slug sku code".split()),
    ValueKind.DATE: frozenset("date day deadline birthday birthdate birth checkin checkout".split()),
    ValueKind.TIME: frozenset("time hour".split()),
    ValueKind.PLACE: frozenset("city place location destination origin address country town region area where".split()),
    ValueKind.PERSON: frozenset("person attendee attendees guest contact customer who".split()),
}
"""Words in the name of an argument that tell its kind, tried in this order."""

CUES: Mapping[ValueKind, re.Pattern[str]] = {
    ValueKind.NUMBER: re.compile(r"\bhow (?:many|much|long|old|far|tall|big|often)\b", re.IGNORECASE),
    ValueKind.DATE: re.compile(r"\bwhen\b|\b(?:what|which) (?:date|day)\b|\bdates?\b", re.IGNORECASE),
    ValueKind.TIME: re.compile(r"\bwhen\b|\b(?:what|which) time\b|\btimes?\b", re.IGNORECASE),
    ValueKind.IDENTIFIER: re.compile(r"\bids?\b|\bidentifiers?\b", re.IGNORECASE),
    ValueKind.EMAIL: re.compile(r"\be-?mail address(?:es)?\b|\bwho(?:m)?\b.*\bto\b", re.IGNORECASE),
    ValueKind.PLACE: re.compile(
        r"\bwhere\b|\b(?:what|which) (?:city|place|town|location|area|country)\b", re.IGNORECASE
    ),
    ValueKind.PERSON: re.compile(r"\bwho(?:m)?\b|\bwhose name\b", re.IGNORECASE),
}
"""Words in a request that ask for a value of this kind, whatever the argument is called."""


@dataclass(frozen=True)
class AskedArgument:
    """A required argument that an answer asks for."""

    tool: str
    argument: str
    named: bool
    """Whether a request has its name, not only a word that asks for values of its kind."""
    given: bool
    """Whether something in the user's words could be its value."""


def requests_in(text: str) -> list[str]:
    """The sentences that ask the user for something, without offers."""
    sentences = (sentence.strip() for sentence in SENTENCE.split(text))
    return [sentence for sentence in sentences if REQUEST.search(sentence) and not OFFER.search(sentence)]


def asked_arguments(requests: Sequence[str], tools: Iterable[Tool], user_text: str) -> list[AskedArgument]:
    """The required arguments of the offered tools that the requests ask for; named ones of the likeliest tool first."""
    found = [
        AskedArgument(tool.name, name, named, may_be_given(name, schema, tool, user_text))
        for tool in tools
        for name in tool.required
        if isinstance(schema := tool.properties.get(name), Mapping)
        and ((named := any(_names(name, request) for request in requests)) or _has_cue(name, schema, requests))
    ]
    asked_of = Counter(one.tool for one in found if one.named)
    return sorted(found, key=lambda one: (not one.named, -asked_of[one.tool]))


def value_kind(name: str, schema: Mapping[str, Any]) -> ValueKind:
    """What a value of this argument looks like."""
    if isinstance(schema.get("enum"), list):
        return ValueKind.CHOICE
    by_format = {"date": ValueKind.DATE, "date-time": ValueKind.DATE, "time": ValueKind.TIME, "email": ValueKind.EMAIL}
    if schema.get("format") in by_format:
        return by_format[schema["format"]]
    if schema.get("type") in ("number", "integer"):
        return ValueKind.NUMBER
    if "mail address" in str(schema.get("description", "")):
        return ValueKind.EMAIL
    words = set(name_words(name))
    return next((kind for kind, known in KIND_WORDS.items() if words & known), ValueKind.TEXT)


def name_words(name: str) -> list[str]:
    """The words of a name such as `start_time` or `startTime`, in lower case."""
    return [part.lower() for part in NAME_PART.findall(name)]


def _names(name: str, request: str) -> bool:
    """Whether all words of a name stand in a request, also written as two words or as one."""
    words = [_stem(word) for word in WORD.findall(request.lower().replace("_", " "))]
    wanted = [_stem(word) for word in name_words(name)]
    return bool(wanted) and (set(wanted) <= set(words) or "".join(wanted) in {a + b for a, b in pairwise(words)})


def _has_cue(name: str, schema: Mapping[str, Any], requests: Sequence[str]) -> bool:
    cue = CUES.get(value_kind(name, schema))
    return cue is not None and any(cue.search(request) for request in requests)


def _stem(word: str) -> str:
    """The word without the ending of a plural; both sides of a comparison are cut alike."""
    return word.removesuffix("s")


def may_be_given(name: str, schema: Mapping[str, Any], tool: Tool, user_text: str) -> bool:
    """Whether something in the user's words could be the value of an argument."""
    kind = value_kind(name, schema)
    if kind is ValueKind.CHOICE:
        return any(_stands_in(value, user_text) for value in schema["enum"])
    if kind is ValueKind.EMAIL:
        return "@" in user_text
    if kind is ValueKind.IDENTIFIER:
        return bool(CODE.search(user_text))
    if kind is ValueKind.NUMBER:
        return bool(NUMBER.search(TIME_WORDS.sub("", DATE_WORDS.sub("", user_text))))
    if kind is ValueKind.DATE:
        return bool(DATE_WORDS.search(user_text) or NUMBER.search(TIME_WORDS.sub("", user_text)))
    if kind is ValueKind.TIME:
        return bool(TIME_WORDS.search(user_text) or NUMBER.search(DATE_WORDS.sub("", user_text)))
    return bool(_content_words(user_text) - _vocabulary(tool))


def _stands_in(value: object, text: str) -> bool:
    words = [_stem(word) for word in WORD.findall(str(value).lower().replace("_", " "))]
    return bool(set(words) & {_stem(word) for word in WORD.findall(text.lower())})


def _content_words(text: str) -> set[str]:
    words = (word.partition("'")[0] for word in WORD.findall(text.lower().replace("’", "'")))
    return {_stem(word) for word in words if word not in FILLER}


def _vocabulary(tool: Tool) -> set[str]:
    """The words that describe a tool: a user who says only these has given no value."""
    described = " ".join([tool.description, *(str(one.get("description", "")) for one in tool.properties.values())])
    names = [word for name in (tool.name, *tool.properties) for word in name_words(name)]
    return {_stem(word) for word in (*WORD.findall(described.lower()), *names)}
