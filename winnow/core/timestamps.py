"""Parse the timestamps of sources, and bucket them by month."""

from __future__ import annotations

import re
from datetime import UTC, datetime

UNKNOWN_MONTH = "unknown"

EPOCH_PATTERN = re.compile(r"(\d{10}|\d{13})(?:\.\d+)?")
"""Seconds or milliseconds since 1970: ten digits suffice for seconds until 2286."""


def parse_time(time: str) -> datetime | None:
    """Parse ISO 8601, or seconds or milliseconds since 1970; UTC if it has no time zone. None for anything else."""
    try:
        if EPOCH_PATTERN.fullmatch(time):
            return datetime.fromtimestamp(float(time) / (1000 if len(time.split(".")[0]) == 13 else 1), UTC)
        read = datetime.fromisoformat(time)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def month_of(time: str) -> str:
    """YYYY-MM in UTC, or `unknown`."""
    read = parse_time(time)
    return read.strftime("%Y-%m") if read else UNKNOWN_MONTH


def whole_months(since: datetime, until: datetime) -> int:
    """Complete calendar months; a month is complete on the same day, or on the last day of a shorter month."""
    months = 12 * (until.year - since.year) + until.month - since.month
    early = (until.day, until.time()) < (since.day, since.time()) and not _is_last_day_of_month(until)
    return max(months - early, 0)


def _is_last_day_of_month(at: datetime) -> bool:
    from calendar import monthrange

    return at.day == monthrange(at.year, at.month)[1]
