"""What a provider of language models offers: clients, how a request failed, and the state and results of a batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from winnow.config.task import EndpointConfig
from winnow.generators.llm.request import LlmRequest
from winnow.generators.llm.response import LlmResponse

RESPONSE_SECONDS = 180.0
"""How long a response may take. The longest has a few thousand tokens."""


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
    response: Mapping[str, Any] | None
    """Unchanged; None where there is none."""


class LlmClient(Protocol):
    """A connection to a language model."""

    @property
    def service(self) -> str:
        """Where requests go, for messages."""

    def send(self, request: LlmRequest) -> dict[str, Any]:
        """Send one request, and return the response unchanged.

        Raises Throttled, RequestFailed or NoResponse, and ServiceError when no request can succeed.
        """

    def count_tokens(self, request: LlmRequest) -> int | None:
        """Input tokens of a request; None where they cannot be counted."""


class BatchClient(LlmClient, Protocol):
    """A connection that also accepts many requests at once and returns their results later."""

    def submit(self, requests: Sequence[tuple[str, LlmRequest]]) -> str:
        """Submit requests, each with its id, as one batch; returns the API's id of the batch."""

    def batch(self, identity: str) -> BatchStatus:
        """The state of a batch."""

    def batches(self, since: datetime) -> list[BatchStatus]:
        """The batches created since then, the oldest first."""

    def results(self, identity: str) -> Iterator[BatchResult]:
        """The result of every request of a batch, in any order."""


@dataclass(frozen=True)
class Provider:
    """How to reach the models of one provider and how to read what they answered."""

    name: str
    """Its name in the task file and in the ledger."""
    connect: Callable[[EndpointConfig, str], LlmClient]
    """Opens a connection to an endpoint. The text says what can be done without a key; raises WinnowError then."""
    read: Callable[[Mapping[str, Any]], LlmResponse]
    """Reads a stored response."""
    batches: Callable[[EndpointConfig, str], BatchClient] | None = None
    """Opens a connection that accepts batches; None where the provider has none."""


def hide_keys(detail: str, variables: Iterable[str]) -> str:
    """A message of a server with the name of each variable in place of the key that it holds."""
    for name in variables:
        if key := os.environ.get(name):
            detail = detail.replace(key, name)
    return detail[:500]


def wait_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks to wait; None where it does not say."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        if seconds >= 0:
            return seconds
    return None


def never_sent(error: BaseException) -> bool:
    """Whether a connection was never made, so that nothing can have been billed."""
    import httpx2

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, httpx2.ConnectError | httpx2.ConnectTimeout):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
