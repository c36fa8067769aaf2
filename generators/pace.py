"""How many requests may be in flight: more while all goes well, half as many when the API says it is too much."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

from validators.faults import Fault, ServiceError

FIRST = 1
"""The first request goes alone, so that what all share is in the API's cache when the others come."""
SHORTEST_REST = 1.0
"""Seconds of rest after a refusal that names none; doubled while nothing else comes."""
LONGEST_REST = 60.0
PATIENCE = 900.0
"""Seconds of refusals only, after which the run ends; what was received is kept."""


class Pace:
    """Shared by all threads of a run.

    One more for every answer until the first refusal ("slow start", Jacobson 1988); from then on additive increase and
    multiplicative decrease (Chiu and Jain 1989).
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(FIRST)
        self._active = 0
        self._resume_at = 0.0
        self._slowed_at = 0.0
        self._rest = SHORTEST_REST
        self._refused_since: float | None = None
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        """Requests that may be in flight now."""
        return max(1, int(self._limit))

    @contextlib.contextmanager
    def slot(self) -> Iterator[float]:
        """A place among the requests in flight; yields when it was given."""
        with self._changed:
            while True:
                rest = self._resume_at - time.monotonic()
                if rest <= 0 and self._active < self.limit:
                    break
                self._changed.wait(rest if rest > 0 else None)
            self._active += 1
            given = time.monotonic()
        try:
            yield given
        finally:
            with self._changed:
                self._active -= 1
                self._changed.notify_all()

    def went_well(self) -> None:
        """An answer came."""
        with self._changed:
            more = 1 / self._limit if self._slowed_at else 1.0
            self._limit = min(self._most, self._limit + more)
            self._rest, self._refused_since = SHORTEST_REST, None
            self._changed.notify_all()

    def throttled(self, given: float, retry_after: float | None) -> None:
        """A request of a slot was refused: nobody sends until the API's time is over.

        Requests that were in flight when the pace was halved do not halve it again. Raises ServiceError when nothing
        but refusals came for PATIENCE seconds.
        """
        with self._changed:
            now = time.monotonic()
            self._refused_since = self._refused_since or now
            if now - self._refused_since > PATIENCE:
                found = f"nothing but refusals for {PATIENCE / 60:.0f} minutes"
                fix = "run the same command later: what was received is kept"
                raise ServiceError(Fault("Claude's API", found, "an answer", fix))
            if given >= self._slowed_at:
                self._limit, self._slowed_at = max(1.0, self._limit / 2), now
                own, self._rest = self._rest, min(2 * self._rest, LONGEST_REST)
                self._resume_at = max(self._resume_at, now + (own if retry_after is None else retry_after))
            elif retry_after is not None:
                self._resume_at = max(self._resume_at, now + retry_after)
            self._changed.notify_all()
