"""The current time, as it is stored."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> str:
    """The current second in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
