"""Times as sources write them: which can be read, and the month they fall into."""

from __future__ import annotations

import re
from datetime import UTC, datetime

NO_MONTH = "unknown"
EPOCH = re.compile(r"(\d{10}|\d{13})(?:\.\d+)?")
"""Seconds, or milliseconds, since 1970: ten digits last until 2286."""


def read_time(time: str) -> datetime | None:
    """A time in ISO 8601, or in seconds or milliseconds since 1970; UTC where it names no zone. None otherwise."""
    try:
        if EPOCH.fullmatch(time):
            return datetime.fromtimestamp(float(time) / (1000 if len(time.split(".")[0]) == 13 else 1), UTC)
        read = datetime.fromisoformat(time)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def month_of(time: str) -> str:
    """YYYY-MM in UTC, or `unknown`."""
    read = read_time(time)
    return read.strftime("%Y-%m") if read else NO_MONTH
