"""The server's time, which a test may move on."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """Now, plus what was skipped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._skipped = timedelta()

    def now(self) -> datetime:
        """UTC."""
        with self._lock:
            return datetime.now(UTC) + self._skipped

    def skip(self, **how_long: float) -> None:
        """Move on, for caches that grow old and batches that expire: `skip(minutes=6)`."""
        with self._lock:
            self._skipped += timedelta(**how_long)


def stamp(moment: datetime) -> str:
    """RFC 3339 with microseconds, so that stamps sort as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
