"""What every client of a language model reports: how a request failed, the state of a batch, and its results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class Throttled(Exception):  # noqa: N818  (not an error: it is sent again later)
    """Too many requests, or the API is overloaded: nothing was billed."""

    def __init__(self, outcome: str, retry_after: float | None) -> None:
        super().__init__(outcome)
        self.retry_after = retry_after
        """Seconds that the API asks to wait."""


class RequestFailed(Exception):  # noqa: N818
    """The API answered with an error: nothing was billed. `retryable`: the same request may succeed later."""

    def __init__(self, outcome: str, *, retryable: bool) -> None:
        super().__init__(outcome)
        self.retryable = retryable


class NoResponse(Exception):  # noqa: N818
    """The connection ended without a complete response: nobody knows whether it was billed."""


@dataclass(frozen=True)
class BatchStatus:
    """A batch as the API reports it."""

    id: str
    ended: bool
    created_at: datetime
    requests: int
    done: int


@dataclass(frozen=True)
class BatchResult:
    """The result of one request of a batch."""

    request: str
    outcome: str
    """`succeeded`, `errored`, `canceled` or `expired`, the latter three with the reason."""
    message: Mapping[str, Any] | None
