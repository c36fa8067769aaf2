"""Replies as a script wants them: errors with their headers, spoilt bodies, broken connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .api_call import Call
from .api_errors import ApiError
from .http_bytes import Reply, json_reply
from .outcomes import Outcome
from .request_log import Entry

if TYPE_CHECKING:
    pass

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>proxy</body></html>"


@dataclass
class Done:
    """A reply, and what the ledger says about it once it has been sent."""

    reply: Reply
    entry: Entry
    deliveries: list[tuple[int, Entry]] = field(default_factory=list)
    """Result lines of batches: where in the body each ends, and its line in the ledger."""


def refusal(call: Call, entry: Entry, outcome: Outcome) -> Done:
    """A reply for a request that never reached the model: an error, a page, or nothing."""
    if outcome.kind == "error":
        error = scripted_error(outcome)
        return Done(json_reply(error.status, error.body(call.request_id), error.headers), entry)
    return Done(spoil(json_reply(200, {}), outcome), entry)


def scripted_error(outcome: Outcome) -> ApiError:
    """The API's error for an outcome, with the headers that steer retries."""
    headers = {}
    if outcome.retry_after_seconds is not None:
        headers["retry-after"] = f"{outcome.retry_after_seconds:g}"
    if outcome.retry_after_ms is not None:
        headers["retry-after-ms"] = str(outcome.retry_after_ms)
    if outcome.should_retry is not None:
        headers["x-should-retry"] = str(outcome.should_retry).lower()
    return ApiError(outcome.status, outcome.message, error_code=outcome.error_code, headers=headers)


def spoil(reply: Reply, outcome: Outcome) -> Reply:
    """Do to a good reply what the script wants."""
    if outcome.kind in ("dropped", "cut"):
        reply.manner = outcome.kind
    elif outcome.kind == "garbled":
        reply.body = reply.body[: len(reply.body) // 2]
    elif outcome.kind == "page":
        reply.body, reply.content_type = HTML, "text/html"
    return reply


def retry_count(call: Call) -> int:
    """Which of the SDK's retries a call is; it says so itself."""
    return int(call.headers.get("x-stainless-retry-count", "0"))
