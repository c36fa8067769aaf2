"""Days relative to the day on which something is said: "tomorrow", "next Friday", "in 3 days", "last month"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from winnow.validators.tools.grounding.numeric import number_mentions

_WEEKDAYS = [name.lower() for name in calendar.day_name]

_COUNT = r"(?P<count>\d{1,4}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|couple of|few|several)"

_UNIT = r"(?P<unit>day|night|week|weekend|fortnight|month|year|quarter|hour|minute)s?"

_SAME_DAY = re.compile(
    r"\b(?:today|tonight|now|right now|current(?:ly)?|this (?:morning|afternoon|evening)|latest|live)\b", re.I
)

_NEXT_DAY = re.compile(r"\b(?<!after )(?:tomorrow|tmrw|tmr)\b", re.I)

_SECOND_DAY = re.compile(r"\b(?:the\s+)?day after tomorrow\b", re.I)

_DAY_BEFORE = re.compile(r"\b(?<!before )(?:yesterday|last night)\b", re.I)

_TWO_DAYS_BEFORE = re.compile(r"\b(?:the\s+)?day before yesterday\b", re.I)

_WEEKDAY = re.compile(
    rf"\b(?:(?P<which>next|this|coming|upcoming|last|past|previous)\s+)?(?P<day>{'|'.join(_WEEKDAYS)}"
    r"|mon|tues?|wed|thurs?|thu|fri|sat|sun)s?\b",
    re.I,
)

_AHEAD = re.compile(rf"\b(?:in|after|within)\s+(?:the\s+next\s+)?(?:a\s+)?{_COUNT}\s+{_UNIT}\b", re.I)

_FROM_NOW = re.compile(rf"\b{_COUNT}\s+{_UNIT}\s+(?:from\s+(?:now|today|tomorrow)|later|ahead)\b", re.I)

_AGO = re.compile(rf"\b(?:a\s+)?{_COUNT}\s+{_UNIT}\s+(?:ago|before|earlier)\b", re.I)

_PERIOD = re.compile(
    rf"\b(?P<which>next|this|coming|upcoming|last|past|previous|current|following)\s+(?:{_COUNT}\s+)?{_UNIT}\b", re.I
)

_BACK = frozenset({"last", "past", "previous"})

_COUNTS_UNSURE = frozenset({"couple of", "few", "several"})


@dataclass(frozen=True)
class RelativeDate:
    """A relative day in a text."""

    quoted: str
    days: tuple[date, ...] | None
    """The days that it may stand for; for a period, its ends. None without the day on which it was said."""


_Reading = Callable[[re.Match[str], date], list[date]]


@lru_cache(maxsize=1024)
def relative_dates(text: str, reference: date | None) -> tuple[RelativeDate, ...]:
    """Every relative day of an English text."""
    return tuple(_relative(text, reference))


def _relative(text: str, reference: date | None) -> Iterator[RelativeDate]:
    for form, reading in _READINGS:
        for match in form.finditer(text):
            yield RelativeDate(match[0], tuple(_safe(reading, match, reference)) if reference else None)


def _safe(reading: _Reading, match: re.Match[str], reference: date) -> list[date]:
    try:
        return reading(match, reference)
    except (OverflowError, ValueError):  # a day before the year 1 or after 9999
        return []


def _shift(days: int) -> _Reading:
    return lambda _, reference: [reference + timedelta(days)]


def _weekday(match: re.Match[str], reference: date) -> list[date]:
    """The next such day; with "next" also the one a week later, with "last" those before."""
    wanted = next(index for index, name in enumerate(_WEEKDAYS) if name.startswith(match["day"].lower()[:3]))
    ahead = (wanted - reference.weekday()) % 7
    which = (match["which"] or "").lower()
    if which in _BACK:
        return [reference - timedelta(7 - ahead), reference - timedelta(14 - ahead)]
    if which == "next":
        return [reference + timedelta(ahead or 7), reference + timedelta(ahead + 7)]
    return [reference + timedelta(ahead), reference + timedelta(ahead or 7)] + (
        [] if which else [reference - timedelta(7 - ahead)]
    )


def _ahead(match: re.Match[str], reference: date) -> list[date]:
    start = reference + timedelta(1) if match[0].lower().endswith("tomorrow") else reference
    return _moved(start, match, 1)


def _ago(match: re.Match[str], reference: date) -> list[date]:
    return _moved(reference, match, -1)


def _period(match: re.Match[str], reference: date) -> list[date]:
    """The ends of a period: "next week" begins on its Monday or a week from now; "the last 3 months" ends today."""
    which = match["which"].lower()
    sign = -1 if which in _BACK else 0 if which in ("this", "current") else 1
    unit = match["unit"].lower()
    days = [reference, *_moved(reference, match, sign)]
    if not match["count"]:
        days += _calendar_period(unit, _plus(reference, sign, unit))
    return days


def _calendar_period(unit: str, day: date) -> list[date]:
    """The first and last day of the week, weekend, month, quarter or year that a day is in."""
    monday = day - timedelta(day.weekday())
    if unit in ("week", "fortnight"):
        return [monday, monday + timedelta(6), monday - timedelta(1), monday + timedelta(5), monday + timedelta(4)]
    if unit == "weekend":
        return [monday + timedelta(5), monday + timedelta(6)]
    if unit == "month":
        return _months(day.year, day.month, day.month)
    if unit == "quarter":
        first = (day.month - 1) // 3 * 3 + 1
        return _months(day.year, first, first + 2)
    return _months(day.year, 1, 12) if unit == "year" else []


def _months(year: int, first: int, last: int) -> list[date]:
    return [date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])]


def _moved(start: date, match: re.Match[str], sign: int) -> list[date]:
    count = (match["count"] or "1").lower()
    if count in _COUNTS_UNSURE:
        return [_plus(start, sign * number, match["unit"].lower()) for number in range(2, 8)]
    number = 1 if count in ("a", "an") else int(number_mentions(count)[0].readings[0])
    moved = _plus(start, sign * number, match["unit"].lower())
    return [moved, moved + timedelta(-sign)]  # the first day may be counted or not


def _plus(start: date, count: int, unit: str) -> date:
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is None:
        return start + timedelta({"day": 1, "night": 1, "week": 7, "weekend": 7, "fortnight": 14}.get(unit, 0) * count)
    index = start.year * 12 + start.month - 1 + months * count
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


_READINGS: list[tuple[re.Pattern[str], _Reading]] = [
    (_SAME_DAY, _shift(0)),
    (_NEXT_DAY, _shift(1)),
    (_SECOND_DAY, _shift(2)),
    (_DAY_BEFORE, _shift(-1)),
    (_TWO_DAYS_BEFORE, _shift(-2)),
    (_WEEKDAY, _weekday),
    (_AHEAD, _ahead),
    (_FROM_NOW, _ahead),
    (_AGO, _ago),
    (_PERIOD, _period),
]
