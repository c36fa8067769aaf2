"""What happens to a request: an answer, or one of the ways in which services fail."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = (
    "success",
    "error",  # an HTTP error, or `errored` in a batch
    "dropped",  # the connection closes before a byte of the response
    "cut",  # the connection closes in the middle of the body
    "garbled",  # status 200, and a body that is not JSON
    "page",  # status 200, and an HTML page, as a proxy sends it
    "truncated",  # a whole response whose JSON text stops in the middle, called finished
    "exhausted",  # a whole response that ran into max_tokens
    "refused",  # a whole response with stop_reason refusal
    "expired",  # in a batch: not reached within 24 hours
    "canceled",  # in a batch
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One request's fate. The functions below name the usual ones."""

    kind: str = "success"
    delay_seconds: float = 0.0
    """Passes before anything is sent."""
    status: int = 200
    message: str = ""
    error_code: str = ""
    retry_after_seconds: float | None = None
    retry_after_ms: int | None = None
    """The header `retry-after-ms`, which the SDK reads first."""
    should_retry: bool | None = None
    """The header `x-should-retry`, which the SDK obeys before it looks at the status."""
    billed: bool = True
    """For `dropped` and `cut`: whether the work was done and is paid for (a batch: whether it was created)."""
    thinking_tokens: int = 0
    """Spent before the answer, within max_tokens, and paid for as output."""
    category: str | None = None
    """Of a refusal."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} is not one of {', '.join(KINDS)}")
        if (self.kind == "error") != (self.status >= 400):
            raise ValueError(f"{self.kind} does not go with status {self.status}: errors have 400 or more")


def success(*, thinking_tokens: int = 0) -> Outcome:
    """The writer's answer."""
    return Outcome(thinking_tokens=thinking_tokens)


def slow(seconds: float) -> Outcome:
    """The writer's answer, later."""
    return Outcome(delay_seconds=seconds)


def error(status: int, message: str = "", *, should_retry: bool | None = None) -> Outcome:
    """An HTTP error: 400, 401, 403, 404, 500, 529 … ; nothing is billed."""
    return Outcome(
        kind="error", status=status, message=message or f"scripted {status}", should_retry=should_retry, billed=False
    )


def rate_limited(seconds: float | None = 1.0, *, ms: int | None = None) -> Outcome:
    """429 with retry-after."""
    return Outcome(
        kind="error",
        status=429,
        message="This request would exceed your organization's rate limit of requests per minute.",
        retry_after_seconds=seconds,
        retry_after_ms=ms,
        billed=False,
    )


def overloaded() -> Outcome:
    """529."""
    return error(529, "Overloaded")


def spend_limit() -> Outcome:
    """429 that no retry helps: the month's spend limit; it has no retry-after (docs, "Spend limits")."""
    return Outcome(
        kind="error",
        status=429,
        message="Your organization has reached its monthly spend limit.",
        error_code="enforced_spend_limit_reached",
        billed=False,
    )


def dropped(*, billed: bool = False) -> Outcome:
    """The connection closes without a response."""
    return Outcome(kind="dropped", billed=billed)


def cut(*, billed: bool = True) -> Outcome:
    """The connection closes in the middle of the body."""
    return Outcome(kind="cut", billed=billed)


def garbled() -> Outcome:
    """Status 200 with a body that is not JSON."""
    return Outcome(kind="garbled")


def page() -> Outcome:
    """Status 200 with an HTML page."""
    return Outcome(kind="page", billed=False)


def truncated() -> Outcome:
    """JSON that stops in the middle, with stop_reason end_turn."""
    return Outcome(kind="truncated")


def exhausted() -> Outcome:
    """An answer that ran into max_tokens, all of which are paid for."""
    return Outcome(kind="exhausted")


def refused(category: str | None = None) -> Outcome:
    """A refusal: status 200, no content."""
    return Outcome(kind="refused", category=category)


def expired() -> Outcome:
    """In a batch: never reached."""
    return Outcome(kind="expired", billed=False)


def canceled() -> Outcome:
    """In a batch: canceled before it was reached."""
    return Outcome(kind="canceled", billed=False)
