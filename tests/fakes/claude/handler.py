"""From bytes to a call, from a reply to bytes, and the ledger's lines between."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from .api_call import Call, check_headers
from .api_errors import ApiError
from .http_bytes import hang_up, json_reply, send
from .movable_clock import stamp
from .replies import Done
from .request_log import Entry
from .routes import dispatch

if TYPE_CHECKING:
    from .server import Claude

BYTES_AT_MOST = 32 << 20
BATCH_BYTES_AT_MOST = 256 << 20
LIMITS = {"requests": 4_000, "tokens": 4_400_000, "input-tokens": 4_000_000, "output-tokens": 400_000}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def __init__(self, claude: Claude, *arguments: Any) -> None:
        self.claude = claude
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Any GET."""
        self.answer()

    do_POST = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """The ledger is the log."""

    def answer(self) -> None:
        """Answer one request and book it."""
        claude = self.claude
        try:
            call = self.read_call()
        except ApiError as error:
            call = Call(self.command, urlsplit(self.path).path, (), {}, b"", claude.clock.now(), claude.next_id("req"))
            self.close_connection = True
            self.finish_call(call, failed(call, error))
            return
        with claude.in_flight(call.path):
            try:
                check_headers(call, claude.key)
                done = dispatch(claude, call)
            except ApiError as error:
                done = failed(call, error)
            self.finish_call(call, done)

    def read_call(self) -> Call:
        """The whole request."""
        address = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        limit = BATCH_BYTES_AT_MOST if address.path.startswith("/v1/messages/batches") else BYTES_AT_MOST
        if "transfer-encoding" in headers or int(headers.get("content-length", "0")) > limit:
            raise ApiError(413, "Request exceeds the maximum size")
        body = self.rfile.read(int(headers.get("content-length", "0")))
        query = tuple(parse_qsl(address.query))
        return Call(
            self.command, address.path, query, headers, body, self.claude.clock.now(), self.claude.next_id("req")
        )

    def finish_call(self, call: Call, done: Done) -> None:
        """Send all but a byte, book what was sent, send the byte."""
        now = self.claude.clock.now()
        reply = done.reply
        reply.headers = {**common_headers(call, now), **reply.headers}
        sent, last_byte = send(self.connection, reply)
        whole = reply.manner == "whole" and sent == len(reply.body)
        moment = stamp(self.claude.clock.now())
        entry = replace(
            done.entry,
            received=stamp(call.received),
            finished=moment,
            path=f"{call.method} {call.path}",
            status=reply.status if sent >= 0 else 0,
            written=whole,
        )
        delivered = [
            replace(line, received=entry.received, finished=moment) for end, line in done.deliveries if end <= sent
        ]
        self.claude.ledger.add([entry, *delivered])
        self.wfile.write(last_byte)
        if not whole:
            self.close_connection = True
            hang_up(self.connection)


def failed(call: Call, error: ApiError) -> Done:
    """The reply to a request that is not valid."""
    reply = json_reply(error.status, error.body(call.request_id), error.headers)
    return Done(reply, Entry(what="refused", kind="error"))


def common_headers(call: Call, now: datetime) -> dict[str, str]:
    """The request id, and what is left of the minute's limits, which are ample."""
    headers = {"request-id": call.request_id, "anthropic-organization-id": "local"}
    for name, limit in LIMITS.items():
        headers |= {
            f"anthropic-ratelimit-{name}-limit": str(limit),
            f"anthropic-ratelimit-{name}-remaining": str(limit),
            f"anthropic-ratelimit-{name}-reset": stamp(now + timedelta(seconds=1)),
        }
    return headers
