"""Formats of strings that are checked: dates, times and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from jsonschema import FormatChecker

DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")

TIME = re.compile(
    r"(?:[01]\d|2[0-3]):[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?(?:\s?[Zz]|\s?[+-](?:[01]\d|2[0-3]):?[0-5]\d)?"
)
"""RFC 3339, with seconds and the offset optional: in calls `10:00` is what people mean by a time."""

DATE_TIME = re.compile(rf"({DATE.pattern})[Tt ](.*)")

EMAIL = re.compile(r"[^@\s,;<>()\[\]]+@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W_](?:[\w-]*[^\W_])?")
"""One address with a host of at least two names, as RFC 5321 asks of addresses that are used on the internet."""

WRITTEN_DATES = (
    re.compile(r"(?P<year>(?:19|20|21)\d\d)([-/.])(?P<month>\d\d?)\2(?P<day>\d\d?)(?:[Tt ](?P<time>\d\d?:.*))?"),
    re.compile(r"(?P<day>\d\d?)([-/.])(?P<month>\d\d?)\2(?P<year>(?:19|20|21)\d\d)"),
)
"""How a date is written in digits; a text that is exactly one is a date even without a format."""

BEGINS_AS_DATE = re.compile(r"\s*\d{1,4}[-/.]\d")
"""Most texts do not begin like this and need no closer look."""

LARGEST_DAY = 31

EXAMPLES = {
    "date": "a date such as 2025-02-28",
    "time": "a time such as 14:30",
    "date-time": "a date and time such as 2025-02-28T14:30:00",
    "email": "an e-mail address such as ann@example.com",
}
"""What each checked format expects, for messages."""


def is_date(value: object) -> bool:
    """Whether a string is a date of the calendar; anything but a string passes."""
    if not isinstance(value, str):
        return True
    found = DATE.fullmatch(value)
    return bool(found) and exists(*map(int, value.split("-")))


def is_time(value: object) -> bool:
    """Whether a string is a time of the day; anything but a string passes."""
    return not isinstance(value, str) or bool(TIME.fullmatch(value))


def is_date_time(value: object) -> bool:
    """Whether a string is a date of the calendar with a time; anything but a string passes."""
    if not isinstance(value, str):
        return True
    found = DATE_TIME.fullmatch(value)
    return found is not None and is_date(found[1]) and is_time(found[5])


def is_email(value: object) -> bool:
    """Whether a string is one e-mail address; anything but a string passes."""
    return not isinstance(value, str) or (bool(EMAIL.fullmatch(value)) and ".." not in value)


def exists(year: int, month: int, day: int) -> bool:
    """Whether the calendar has this day."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_impossible_date(text: str) -> bool:
    """Whether a text is written as a date that the calendar does not have, in either order of day and month."""
    if not BEGINS_AS_DATE.match(text):
        return False
    return any(_impossible(match) for match in (form.fullmatch(text.strip()) for form in WRITTEN_DATES) if match)


def begins_with_impossible_date(text: str) -> bool:
    """Whether a text begins as `date` and `date-time` ask for, but with a date that the calendar does not have."""
    return bool(DATE.match(text)) and not is_date(text[: len("2025-02-28")])


def _impossible(found: re.Match[str]) -> bool:
    year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    if max(month, day) > LARGEST_DAY:  # a number of three parts that is no date at all
        return False
    swapped = found.re is WRITTEN_DATES[1] and exists(year, day, month)
    wrong_time = found.re is WRITTEN_DATES[0] and found["time"] and not TIME.fullmatch(found["time"])
    return not (exists(year, month, day) or swapped) or bool(wrong_time)


FORMATS: Mapping[str, Callable[[object], bool]] = {
    "date": is_date,
    "time": is_time,
    "date-time": is_date_time,
    "email": is_email,
}
"""The formats that are checked. Others are descriptions only, as JSON Schema 2020-12 has it."""

FORMATS_CHECKED = FormatChecker(formats=())
"""The checker of FORMATS for jsonschema."""

for _name, _check in FORMATS.items():
    FORMATS_CHECKED.checks(_name)(_check)
