"""Message batches: created, polled, ended; canceled, expired, deleted.

States and their fields are those of the SDK's `types/messages/message_batch.py`; limits those of
platform.claude.com/docs/en/build-with-claude/batch-processing. The parameters of each request are checked when the
batch is processed, so that a wrong one comes back as an `errored` result; ids are checked at once.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .api_errors import ApiError, Json, invalid
from .movable_clock import stamp
from .request_hash import request_hash
from .value_checks import has, is_array, is_object, is_string, only

REQUESTS_AT_MOST = 100_000
CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
LIFE = timedelta(hours=24)
STATES = ("succeeded", "errored", "canceled", "expired")


@dataclass
class Batch:
    """One batch and where it stands."""

    id: str
    created: datetime
    requests: list[Json]
    polls_left: int
    seconds: float
    canceled: datetime | None = None
    ended: datetime | None = None
    results: list[Json] = field(default_factory=list)
    """Result lines in the order in which they are given out, which is not that of the requests."""

    def is_due(self, now: datetime) -> bool:
        """Whether processing is over."""
        if self.canceled or now >= self.created + LIFE:
            return True
        return self.polls_left <= 0 and now >= self.created + timedelta(seconds=self.seconds)


Process = Callable[[Batch, Json, str], Json]
"""The result object of one request; the last argument is `canceled` or `expired` where the model was not reached."""


class Batches:
    """All batches of a workspace."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._lock = threading.RLock()
        self._batches: dict[str, Batch] = {}

    def create(self, body: Json, now: datetime, *, polls: int, seconds: float) -> Batch:
        """A new batch in progress."""
        requests = checked_requests(body)
        with self._lock:
            name = "msgbatch_" + request_hash([len(self._batches), stamp(now)])[:24]
            self._batches[name] = Batch(name, now, requests, polls, seconds)
            return self._batches[name]

    def retrieve(self, name: str, now: datetime) -> Batch:
        """Where a batch stands; counts as a poll."""
        with self._lock:
            batch = self._find(name)
            if batch.is_due(now):
                self._end(batch, now)
            else:
                batch.polls_left -= 1
            return batch

    def newest_first(self, now: datetime) -> list[Batch]:
        """All batches; looking at the list is no poll."""
        with self._lock:
            for batch in self._batches.values():
                if batch.is_due(now):
                    self._end(batch, now)
            return sorted(self._batches.values(), key=lambda batch: batch.created, reverse=True)

    def cancel(self, name: str, now: datetime) -> Batch:
        """Stop a batch; what is not yet processed ends as canceled at the next look."""
        with self._lock:
            batch = self._find(name)
            if batch.ended:
                raise ApiError(400, f"Batch {name} has already ended and cannot be canceled.")
            batch.canceled = batch.canceled or now
            return batch

    def results(self, name: str, now: datetime) -> Batch:
        """An ended batch."""
        with self._lock:
            batch = self._find(name)
            if batch.is_due(now):
                self._end(batch, now)
            if not batch.ended:
                raise ApiError(404, f"Batch {name} has no results yet; it is still being processed.")
            return batch

    def delete(self, name: str) -> Json:
        """Forget an ended batch."""
        with self._lock:
            if not self._find(name).ended:
                raise ApiError(400, f"Batch {name} is still being processed; cancel it first.")
            del self._batches[name]
            return {"id": name, "type": "message_batch_deleted"}

    def _find(self, name: str) -> Batch:
        if name not in self._batches:
            raise ApiError(404, f"Batch {name} was not found.")
        return self._batches[name]

    def _end(self, batch: Batch, now: datetime) -> None:
        """Process every request, in a shuffled order."""
        if batch.ended:
            return
        batch.ended = min(now, batch.created + LIFE)
        unreached = "canceled" if batch.canceled else "expired" if now >= batch.created + LIFE else ""
        requests = list(batch.requests)
        random.Random(batch.id).shuffle(requests)
        for request in requests:
            result = self._process(batch, request, unreached)
            batch.results.append({"custom_id": request["custom_id"], "result": result})


def checked_requests(body: Any) -> list[Json]:
    """The requests of a new batch; ids must be unique and of 1 to 64 letters, digits, _ and -."""
    has(is_object(body, "request"), "", "requests")
    requests = is_array(body["requests"], "requests")
    if not requests:
        raise invalid("requests", "List should have at least 1 item after validation, not 0")
    if len(requests) > REQUESTS_AT_MOST:
        raise invalid("requests", f"List should have at most {REQUESTS_AT_MOST} items after validation")
    seen: set[str] = set()
    for number, request in enumerate(requests):
        where = f"requests.{number}"
        has(is_object(request, where), where, "custom_id", "params")
        name = is_string(request["custom_id"], f"{where}.custom_id")
        if not CUSTOM_ID.fullmatch(name):
            raise invalid(f"{where}.custom_id", "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'")
        if name in seen:
            raise invalid(f"{where}.custom_id", f"Custom ids must be unique; {name} is there twice")
        seen.add(name)
        is_object(request["params"], f"{where}.params")
        only(request, where, ("custom_id", "params"))
    only(body, "", ("requests",))
    return requests


def described(batch: Batch, base_url: str) -> Json:
    """A batch as the API shows it; counts stay at `processing` until all of it has ended."""
    counts = dict.fromkeys(("processing", *STATES), 0)
    for line in batch.results:
        counts[line["result"]["type"]] += 1
    if not batch.ended:
        counts = dict.fromkeys(counts, 0) | {"processing": len(batch.requests)}
    return {
        "id": batch.id,
        "type": "message_batch",
        "processing_status": "ended" if batch.ended else "canceling" if batch.canceled else "in_progress",
        "request_counts": counts,
        "created_at": stamp(batch.created),
        "expires_at": stamp(batch.created + LIFE),
        "ended_at": stamp(batch.ended) if batch.ended else None,
        "cancel_initiated_at": stamp(batch.canceled) if batch.canceled else None,
        "archived_at": None,
        "results_url": f"{base_url}/v1/messages/batches/{batch.id}/results" if batch.ended else None,
    }
