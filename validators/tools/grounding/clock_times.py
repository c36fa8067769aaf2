"""Times of day and offsets from UTC: "7pm", "half past nine", "noon", "UTC+1"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from winnow.validators.tools.grounding.finding import Evidence
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.numeric import number_mentions
from winnow.validators.tools.grounding.passage import Passage

_HOUR = r"(?P<hour>2[0-3]|[01]?\d)"

_MINUTE = r"(?P<minute>[0-5]\d)"

_WORD_HOUR = r"(?P<word>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"

_HALF = r"(?P<half>[ap])\.?\s?m\b\.?"

_FORMS = [
    re.compile(form, re.I)
    for form in (
        rf"(?<![\d.:]){_HOUR}(?:[:.]{_MINUTE}(?::[0-5]\d(?:\.\d+)?)?)?\s*{_HALF}",
        rf"(?<![\d.:/]){_HOUR}:{_MINUTE}(?::[0-5]\d(?:\.\d+)?)?(?![\d:]|\s?[ap]\.?m)",
        rf"\b{_WORD_HOUR}(?:\s+(?P<spoken>thirty|fifteen|forty[- ]five))?\s*{_HALF}",
        rf"(?<![\d.:]){_HOUR}(?::{_MINUTE})?\s*(?:-|–|to|and|until|till)\s*(?=(?:2[0-3]|[01]?\d)(?::[0-5]\d)?\s*[ap]\.?m)",
        rf"\b(?:{_HOUR}|{_WORD_HOUR})\s+o['’]?clock\b",
        rf"\b(?:at|from|to|by|until|till|between|and|around|before|after|@)\s+(?:{_HOUR}|{_WORD_HOUR})\b"
        r"(?![\d:/.%,]*\d|\s?%)",
        rf"(?<![\d.:]){_HOUR}{_MINUTE}\s?(?:hours|hrs|h)\b",
    )
]

_PAST = re.compile(
    rf"\b(?P<by>half|(?:a\s+)?quarter|five|ten|twenty|\d{{1,2}})\s+(?:minutes\s+)?(?P<side>past|after|to|before|till)\s+"
    rf"(?:{_HOUR}|{_WORD_HOUR})\b(?:\s*{_HALF})?",
    re.I,
)

_NAMED = {"noon": 720, "midday": 720, "midnight": 0}

_SPOKEN_MINUTES = {"thirty": 30, "fifteen": 15}

_OFFSET = re.compile(r"\b(?:UTC|GMT)\s?(?P<sign>[-+−])\s?(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?", re.I)

_WRITTEN_OFFSET = re.compile(r"(?:UTC|GMT)?\s?(?P<sign>[-+−])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?", re.I)

_DAY = 24 * 60

_ENDS = frozenset({0, _DAY - 1})
"""The first and the last minute of a day stand for the day itself, beside a date."""


@dataclass(frozen=True)
class TimeMention:
    """A time of day in a text."""

    quoted: str
    minutes: tuple[int, ...]
    """Minutes after midnight that it may stand for, as written first: "at 7" is morning or evening."""


@lru_cache(maxsize=1024)
def time_mentions(text: str) -> tuple[TimeMention, ...]:
    """Every time of day of an English text."""
    return tuple(_mentions(text))


def same_time(leaf: Leaf, passage: Passage) -> Evidence | None:
    """Each time of day of a value that has one, or its hour under a name that says so."""
    if leaf.number is not None:
        return _hour(leaf, passage) or _offset(leaf.number, passage)
    wanted = times_of_value(leaf)
    found = [_given(one, passage) for one in wanted]
    if found and all(found):
        return Evidence(", ".join(dict.fromkeys(each for each in found if each)))
    written = _WRITTEN_OFFSET.fullmatch(leaf.text)
    return _offset(_offset_hours(written), passage) if written else None


def times_of_value(leaf: Leaf) -> list[TimeMention]:
    """The times of day in a string that is short enough to be a time; midnight beside a date is none."""
    text = re.sub(r"(?<=\d)T(?=\d)", " ", leaf.text)
    text = re.sub(r"(?<=\d)(?:Z|[+-]\d{2}:?\d{2})$", "", text)
    beside_date = bool(re.search(r"\d{4}", text))
    found = [one for form in _FORMS[:2] for one in _matches(form, text)]
    found += [TimeMention(name, (minutes,)) for name, minutes in _NAMED.items() if text.lower() == name]
    return [one for one in found if not (beside_date and one.minutes[0] in _ENDS)]


def _given(wanted: TimeMention, passage: Passage) -> str | None:
    """The words that give a time; the value itself is written with the hours of the whole day."""
    given = (mention.quoted for mention in time_mentions(passage.text) if wanted.minutes[0] in mention.minutes)
    return next(given, None)


def _hour(leaf: Leaf, passage: Passage) -> Evidence | None:
    if leaf.number is None or not any(word.startswith(("hour", "hr", "time")) for word in leaf.about):
        return None
    for mention in time_mentions(passage.text):
        if any(math.isclose(leaf.number * 60, minutes) for minutes in mention.minutes):
            return Evidence(mention.quoted)
    return None


def _offset(wanted: float, passage: Passage) -> Evidence | None:
    """An offset from UTC in hours, minutes or seconds."""
    for match in _OFFSET.finditer(passage.text):
        hours = _offset_hours(match)
        if any(math.isclose(wanted, hours * scale) for scale in (1, 60, 3600)):
            return Evidence(match[0])
    return None


def _offset_hours(match: re.Match[str]) -> float:
    return (1 if match["sign"] == "+" else -1) * (int(match["hours"]) + int(match["minutes"] or 0) / 60)


def _mentions(text: str) -> Iterator[TimeMention]:
    for form in _FORMS:
        yield from _matches(form, text)
    for match in _PAST.finditer(text):
        yield _past(match)
    for name, minutes in _NAMED.items():
        if re.search(rf"\b{name}\b", text, re.I):
            yield TimeMention(name, (minutes,))


def _matches(form: re.Pattern[str], text: str) -> Iterator[TimeMention]:
    for match in form.finditer(text):
        parts = match.groupdict()
        spoken = _SPOKEN_MINUTES.get((parts.get("spoken") or "").lower(), 45 if parts.get("spoken") else 0)
        minute = int(parts.get("minute") or spoken)
        yield TimeMention(match[0].strip(), _readings(_hour_of(match) * 60 + minute, parts.get("half")))


def _past(match: re.Match[str]) -> TimeMention:
    by = match["by"].lower()
    minutes = 30 if by == "half" else 15 if by.endswith("quarter") else int(number_mentions(by)[0].readings[0])
    sign = 1 if match["side"].lower() in ("past", "after") else -1
    return TimeMention(match[0], _readings((_hour_of(match) * 60 + sign * minutes) % _DAY, match["half"]))


def _hour_of(match: re.Match[str]) -> int:
    parts = match.groupdict()
    return int(parts["hour"]) if parts.get("hour") else int(number_mentions(str(parts["word"]))[0].readings[0])


def _readings(minutes: int, half: str | None) -> tuple[int, ...]:
    """The time as written; half a day later as well where nothing says which half is meant."""
    if minutes >= 13 * 60:
        return (minutes,)
    early = minutes % (12 * 60)
    if half:
        return (early + (12 * 60 if half.lower() == "p" else 0),)
    return (minutes, *{early, early + 12 * 60} - {minutes})
