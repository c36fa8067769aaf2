"""The clock, as it is written down."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """The current second in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
