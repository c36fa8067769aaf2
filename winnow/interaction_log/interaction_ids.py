"""Ids and times of interactions."""

from __future__ import annotations

import os
import time
import uuid
from datetime import UTC, datetime

_RANDOM_BITS = 74
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)


def new_interaction_id() -> str:
    """A UUID of version 7 (RFC 9562): the milliseconds since 1970, then 74 random bits of the operating system."""
    drawn = int.from_bytes(os.urandom(10)) & ((1 << _RANDOM_BITS) - 1)  # the same in no two forked processes
    high, low = drawn >> 62, drawn & ((1 << 62) - 1)
    return str(uuid.UUID(int=(time.time_ns() // 1_000_000 << 80) | _VERSION_AND_VARIANT | (high << 64) | low))


def utc_instant() -> str:
    """The current microsecond in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
