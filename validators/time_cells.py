"""Read the times of a column: in the forms in which tools write them, or in the one that the user named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from winnow.core.timestamps import parse_time


class DayOrder(StrEnum):
    """What stands first in dates such as 03/04/2024."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


MONTHS = 12

NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})")
"""A date whose day and month are numbers, before its year."""

CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,6})\d*)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>UTC|GMT|Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
"""A time of day, with its half and zone if it has them."""

WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", re.IGNORECASE)

SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
"""Days since 1899-12-30, as Excel stores dates: 20000 is in 1954, 79999 in 2119."""

WORDED = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%Y %m %d")
"""Dates with the name of a month, or with the year first, without punctuation."""


class TimeForm(NamedTuple):
    """How the times of a column are written."""

    form: str | None
    """A pattern of strptime or a `DayOrder`; None where every value can be read only in one way."""
    example: str
    """The value that decided the order of day and month, or the first one where nothing does."""
    is_open: bool
    """Nothing says whether the day or the month stands first."""


def time_form(values: Iterable[str]) -> TimeForm:
    """How times are written: dates of numbers alone are read in the order that the whole column has."""
    found = [(value, one) for value in values if (one := NUMERIC.match(value.strip()))]
    pairs = [(value, int(one[1]), int(one[3])) for value, one in found if one[2] != "."]
    decided = {
        DayOrder.DAY_FIRST: next((value for value, first, _ in pairs if first > MONTHS), ""),
        DayOrder.MONTH_FIRST: next((value for value, _, second in pairs if second > MONTHS), ""),
    }
    unclear = next((value for value, first, second in pairs if max(first, second) <= MONTHS and first != second), "")
    orders = [order for order, example in decided.items() if example]
    if not unclear:
        return TimeForm(None, "", is_open=False)
    if len(orders) == 1:
        return TimeForm(orders[0], decided[orders[0]], is_open=False)
    return TimeForm(None, unclear, is_open=True)


def read_time(value: str, form: str | None = None) -> datetime | None:
    """The moment of a value, in UTC, which is also its zone if it names none; None if it cannot be read.

    Besides ISO 8601 and seconds since 1970: dates of numbers, dates with English month names, the times of e-mails and
    of tweets, and the serial numbers of Excel. With a pattern, only what it matches is read.
    """
    text = " ".join(value.split())
    try:
        if form and "%" in form:
            return _in_utc(datetime.strptime(text, form))
        return parse_time(text) or _serial(text) or _dated(text, form)
    except (ValueError, OverflowError):
        return None


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _serial(text: str) -> datetime | None:
    return datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=float(text)) if SERIAL.fullmatch(text) else None


def _dated(text: str, form: str | None) -> datetime | None:
    """A date in words or numbers, with a time of day anywhere after its beginning."""
    clock = CLOCK.search(text)
    date = " ".join((text[: clock.start()] + " " + text[clock.end() :] if clock else text).split())
    zone = re.search(r" ?(UTC|GMT|Z|[+-]\d{4})$| ([+-]\d{4}) ", date) if clock else None
    stated = next(filter(None, zone.groups()), "") if zone else ""
    if zone:
        date = " ".join((date[: zone.start()] + " " + date[zone.end() :]).split())
    day = _day(WEEKDAY.sub("", date, count=1).removesuffix("T").strip(" ,"), form)
    return _at(day, clock, stated) if day and clock else day


def _day(date: str, form: str | None) -> datetime | None:
    numeric = NUMERIC.fullmatch(date)
    if numeric:
        first, second = int(numeric[1]), int(numeric[3])
        day_first = _is_day_first(first, second, numeric[2], form)
        if day_first is None:
            return None
        year = datetime.strptime(numeric[4], "%Y" if len(numeric[4]) == 4 else "%y").year
        day, month = (first, second) if day_first else (second, first)
        return datetime(year, month, day, tzinfo=UTC)
    plain = " ".join(re.sub(r"[-,./]", " ", date).split())
    for pattern in WORDED:
        try:
            return datetime.strptime(plain, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _is_day_first(first: int, second: int, separator: str, form: str | None) -> bool | None:
    """Whether the day stands first; None where nothing says so. Dates with dots begin with the day."""
    if form:
        return form == DayOrder.DAY_FIRST if separator != "." else second <= MONTHS
    if first > MONTHS or first == second or (separator == "." and second <= MONTHS):
        return True
    return False if second > MONTHS else None


def _at(day: datetime, clock: re.Match[str], stated_zone: str) -> datetime:
    """A day at a time of day."""
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()[:1]
    if half:
        hour = hour % MONTHS + (MONTHS if half == "p" else 0)
    fraction = int((clock["fraction"] or "").ljust(6, "0"))
    moment = day.replace(hour=hour, minute=int(clock["minute"]), second=int(clock["second"] or 0), microsecond=fraction)
    zone = (clock["zone"] or stated_zone).upper().replace(":", "")
    if zone in ("", "UTC", "GMT", "Z"):
        return moment
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
    return moment - offset if zone[0] == "+" else moment + offset
