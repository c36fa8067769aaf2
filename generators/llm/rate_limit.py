"""How many requests may be in flight: more while they succeed, half as many after a rate-limit error."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from winnow.core.errors import Problem, ServiceError

INITIAL_LIMIT = 1
"""The first request is sent alone, so that the shared part is in the API's cache for the others."""

MIN_BACKOFF_SECONDS = 1.0
"""Seconds to wait after a rate-limit error without `retry-after`; doubled while no request succeeds."""

MAX_BACKOFF_SECONDS = 60.0

MAX_THROTTLED_SECONDS = 900.0
"""The run ends after this many seconds of rate-limit errors only; what was received is kept."""


class RateLimiter:
    """Shared by all threads of a run.

    One more for every response until the first rate-limit error ("slow start", Jacobson 1988); from then on additive
    increase and multiplicative decrease (Chiu and Jain 1989).
    """

    def __init__(self, max_in_flight: int, service: str = "the API") -> None:
        """`service` is where requests go, for messages."""
        self._service = service
        self._max_in_flight = max_in_flight
        self._limit = float(INITIAL_LIMIT)
        self._active = 0
        self._resume_at = 0.0
        self._slowed_at = 0.0
        self._backoff = MIN_BACKOFF_SECONDS
        self._refused_since: float | None = None
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        """Requests that may be in flight now."""
        return max(1, int(self._limit))

    @contextlib.contextmanager
    def slot(self) -> Iterator[float]:
        """A slot among the requests in flight; yields the time at which it was granted."""
        with self._changed:
            while True:
                wait_seconds = self._resume_at - time.monotonic()
                if wait_seconds <= 0 and self._active < self.limit:
                    break
                self._changed.wait(wait_seconds if wait_seconds > 0 else None)
            self._active += 1
            granted_at = time.monotonic()
        try:
            yield granted_at
        finally:
            with self._changed:
                self._active -= 1
                self._changed.notify_all()

    def succeeded(self) -> None:
        """A response arrived."""
        with self._changed:
            more = 1 / self._limit if self._slowed_at else 1.0
            self._limit = min(self._max_in_flight, self._limit + more)
            self._backoff, self._refused_since = MIN_BACKOFF_SECONDS, None
            self._changed.notify_all()

    def throttled(self, granted_at: float, retry_after: float | None) -> None:
        """A request was rate-limited: nothing is sent until the wait time that the API names is over.

        Requests that were in flight when the limit was halved do not halve it again. Raises ServiceError when only
        rate-limit errors arrived for MAX_THROTTLED_SECONDS.
        """
        with self._changed:
            now = time.monotonic()
            self._refused_since = self._refused_since or now
            if now - self._refused_since > MAX_THROTTLED_SECONDS:
                found = f"only rate-limit errors for {MAX_THROTTLED_SECONDS / 60:.0f} minutes"
                fix = "try again later: what was received is kept"
                raise ServiceError(Problem(self._service, found, "a response", fix))
            if granted_at >= self._slowed_at:
                self._limit, self._slowed_at = max(1.0, self._limit / 2), now
                backoff, self._backoff = self._backoff, min(2 * self._backoff, MAX_BACKOFF_SECONDS)
                self._resume_at = max(self._resume_at, now + (backoff if retry_after is None else retry_after))
            elif retry_after is not None:
                self._resume_at = max(self._resume_at, now + retry_after)
            self._changed.notify_all()
