"""Dates in any common form, and relative ones: "March 5th", "next Friday", "in 3 days"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from winnow.validators.tools.grounding.cldr import MONTHS
from winnow.validators.tools.grounding.finding import Evidence, GroundingLevel
from winnow.validators.tools.grounding.leaf import Leaf
from winnow.validators.tools.grounding.passage import Passage
from winnow.validators.tools.grounding.relative_dates import relative_dates

_MONTH = rf"(?P<month>{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"

_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\d:%])"

_LONG_YEAR = r"(?P<year>(?:1[5-9]|20|21)\d\d)"

_YEAR = rf"{_LONG_YEAR}(?!\d)"

_UNTIL = r"\s*(?:-|–|—|to|and|through|until|till|&|,)\s*(?:the\s+)?"

_FORMS = [
    re.compile(form, re.I)
    for form in (
        rf"(?<!\d){_LONG_YEAR}(?P<separator>[-/.]?)(?P<number>0[1-9]|1[0-2])(?P=separator)(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
        rf"(?<!\d){_YEAR}[-/.](?P<number>[1-9]|1[0-2])[-/.](?P<day>[1-9]|[12]\d|3[01])(?!\d)",
        rf"(?<!\d){_YEAR}[-/](?P<number>0[1-9]|1[0-2])(?![-\d])",
        rf"(?<!\d)(?P<number>0[1-9]|1[0-2])[-/]{_YEAR}",
        rf"\b{_MONTH}\s+{_DAY}(?:{_UNTIL}(?P<last>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\b)?(?:,?\s*(?:of\s+)?{_YEAR})?",
        rf"(?<![\d:.]){_DAY}(?:{_UNTIL}(?P<last>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?)?\s*(?:of\s+)?{_MONTH}"
        rf"(?:,?\s*(?:of\s+)?{_YEAR})?",
        rf"\b{_MONTH},?\s*(?:of\s+)?{_YEAR}",
        rf"\b{_MONTH}",
        rf"(?<![\d.,$€£]){_YEAR}(?:s\b|(?![\w.,]*\d))",
    )
]

_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,2})(?P<separator>[-/.])(\d{1,2})(?P=separator)(\d{4}|\d{2})(?![\d/-])")

_SHORT = re.compile(r"(?<![\d/.-])(\d{1,2})/(\d{1,2})(?![\d/-])")

_QUARTER = re.compile(
    rf"\b(?:q(?P<digit>[1-4])|(?P<word>first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter)(?:\s+(?:of\s+)?{_YEAR})?",
    re.I,
)

_QUARTER_WORDS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}

_SECONDS = range(10**8, 4 * 10**9)
"""Unix times from 1973 to 2096."""

_MOMENT = re.compile(r"time|date|day|epoch|unix|since|until|from|start|end|before|after|\bat\b", re.I)
"""What the name or description of a Unix time says."""

_REST = re.compile(r"[\s,;/|:.\-–—TZ\"'()\[\]]*|to|and|until|through", re.I)


@dataclass(frozen=True)
class DateMention:
    """A date in a text, as far as it is given."""

    quoted: str
    year: int | None = None
    month: int | None = None
    day: int | None = None

    def gives(self, wanted: DateMention) -> bool:
        """Whether another mention follows from this one: nothing contradicts, and what is added is an end of a period.

        A year may be added freely, because people leave it out.
        """
        if any(
            mine is not None and other not in (mine, None)
            for mine, other in zip(self._parts, wanted._parts, strict=True)
        ):
            return self._ends_before(wanted)
        if wanted.month is not None and self.month is None:
            return self.day is None and (wanted.month, wanted.day) in ((1, 1), (12, 31))
        if wanted.day is not None and self.day is None:
            return wanted.day in (1, _last_day(wanted))
        return wanted.year is None or self.year is not None or self.month is not None

    def _ends_before(self, wanted: DateMention) -> bool:
        """Whether the other is the first day after this year or month: "after 2010" is 2011-01-01."""
        if self.year is None or self.day is not None or wanted.day != 1:
            return False
        after = (self.year + (self.month or 12) // 12, (self.month or 12) % 12 + 1)
        return (wanted.year, wanted.month) == after

    @property
    def _parts(self) -> tuple[int | None, int | None, int | None]:
        return self.year, self.month, self.day


@lru_cache(maxsize=1024)
def date_mentions(text: str) -> tuple[DateMention, ...]:
    """Every absolute date of a text; numbers like 03/04/2024 with both orders of day and month."""
    return tuple(_absolute(text))


def same_date(leaf: Leaf, passage: Passage) -> Evidence | None:
    """The date, or each of the dates, of a value that consists of dates and perhaps times of day."""
    wanted = dates_of_value(leaf)
    if not wanted:
        return _part_of_date(leaf, passage)
    found = [_given(readings, passage) for readings in wanted]
    if not all(found):
        return None
    worst = max((one for one in found if one), key=lambda one: one.level is GroundingLevel.REVIEW)
    return Evidence(", ".join(dict.fromkeys(one.quoted for one in found if one)), worst.level, worst.note)


def dates_of_value(leaf: Leaf) -> list[list[DateMention]]:
    """The readings of each date of a value that consists of nothing else; empty for other values."""
    if leaf.number is not None and leaf.number.is_integer() and _MOMENT.search(f"{leaf.name} {leaf.description}"):
        moment = _unix_days(leaf.number)
        if moment:
            return [moment]
    if not isinstance(leaf.value, str | int) or isinstance(leaf.value, bool):
        return []
    text = re.sub(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*([ap]\.?m\.?)?|(?<=\d)T\d{4,6}", " ", leaf.text, flags=re.I)
    text = re.sub(r"(?:Z|[+-]\d{2}:?\d{2}| UTC| GMT)$", "", text.strip())
    grouped: dict[str, list[DateMention]] = {}
    for mention in date_mentions(text):
        if mention.month is not None:
            grouped.setdefault(mention.quoted, []).append(mention)
    rest = text
    for quoted in sorted(grouped, key=len, reverse=True):
        rest = rest.replace(quoted, " ")
    whole = all(_REST.fullmatch(word) for word in rest.split())
    outer = [quoted for quoted in grouped if not any(quoted != other and quoted in other for other in grouped)]
    return [grouped[quoted] for quoted in outer] if whole else []


def _given(readings: list[DateMention], passage: Passage) -> Evidence | None:
    for mention in date_mentions(passage.text):
        if any(mention.gives(reading) for reading in readings):
            return Evidence(mention.quoted)
    for relative in relative_dates(passage.text, passage.reference):
        if relative.days is None:
            return Evidence(relative.quoted, GroundingLevel.REVIEW, "the day on which it was said is not known")
        if any((day.year, day.month, day.day) == reading._parts for reading in readings for day in relative.days):
            return Evidence(relative.quoted, note=f"said on {passage.reference}")
    return None


def _part_of_date(leaf: Leaf, passage: Passage) -> Evidence | None:
    """A year, month or day by itself, under a name that says so."""
    for part in ("year", "month", "day"):
        if part in leaf.about or any(word.endswith(part) for word in leaf.about):
            for mention in _all_days(passage):
                if _part_value(leaf) == getattr(mention, part):
                    return Evidence(mention.quoted)
    return None


def _all_days(passage: Passage) -> Iterator[DateMention]:
    yield from date_mentions(passage.text)
    for relative in relative_dates(passage.text, passage.reference):
        for day in relative.days or ():
            yield DateMention(relative.quoted, day.year, day.month, day.day)


def _part_value(leaf: Leaf) -> int:
    """The number of a year, month or day, a month's name included; -1 for anything else."""
    if leaf.number is not None and leaf.number.is_integer():
        return int(leaf.number)
    return MONTHS.get(leaf.text.lower(), -1)


def _absolute(text: str) -> Iterator[DateMention]:
    """The dates of a text; what is part of one is not read again as another."""
    taken = bytearray(len(text))
    for form, read in _READERS:
        for match in form.finditer(text):
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
                yield from read(match)


def _full_numeric(match: re.Match[str]) -> Iterator[DateMention]:
    year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
    return _both_orders(match[0], int(match[1]), int(match[3]), year)


def _short_numeric(match: re.Match[str]) -> Iterator[DateMention]:
    return _both_orders(match[0], int(match[1]), int(match[2]), None)


def _quarter(match: re.Match[str]) -> Iterator[DateMention]:
    """The first and the last month."""
    quarter = int(match["digit"] or _QUARTER_WORDS[match["word"].lower()])
    return (DateMention(match[0], _number(match["year"]), month) for month in (quarter * 3 - 2, quarter * 3))


def _mentions(match: re.Match[str]) -> Iterator[DateMention]:
    parts = match.groupdict()
    name = parts.get("month")
    if name and match[0] == "may":  # the verb, far more often than the month
        return
    month = MONTHS[name.lower()] if name else _number(parts.get("number"))
    for day in dict.fromkeys((parts.get("day"), parts.get("last"))):
        if day or "day" not in parts:
            yield DateMention(match[0].strip(), _number(parts.get("year")), month, _number(day))


def _both_orders(quoted: str, first: int, second: int, year: int | None) -> Iterator[DateMention]:
    for month, day in ((first, second), (second, first)):
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield DateMention(quoted, year, month, day)


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _last_day(wanted: DateMention) -> int:
    return calendar.monthrange(wanted.year or 2024, wanted.month or 1)[1]


def _unix_days(number: float) -> list[DateMention]:
    """The days that a Unix time in seconds or milliseconds may be, in any time zone."""
    seconds = number / 1000 if number >= _SECONDS.stop else number
    if not _SECONDS.start <= seconds < _SECONDS.stop or len(str(int(number))) not in (9, 10, 13):
        return []
    moment = datetime.fromtimestamp(seconds, UTC)
    days: list[date] = [(moment + timedelta(hours=hours)).date() for hours in (0, -12, 14)]
    return [DateMention(str(int(number)), day.year, day.month, day.day) for day in dict.fromkeys(days)]


_READERS: list[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterator[DateMention]]]] = [
    (_FORMS[0], _mentions),
    (_NUMERIC, _full_numeric),
    (_QUARTER, _quarter),
    *((form, _mentions) for form in _FORMS[1:]),
    (_SHORT, _short_numeric),
]
"""Complete forms first."""
