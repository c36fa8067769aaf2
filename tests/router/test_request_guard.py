"""A client that does not send what it announced."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.support.router_requests import TOKEN
from winnow.router.access_token import AccessToken
from winnow.router.request_guard import RequestGuard

SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "POST",
    "path": "/v1/route",
    "headers": [(b"authorization", f"Bearer {TOKEN}".encode())],
}


async def never_called(*_: object) -> None:
    raise AssertionError


def test_a_body_that_stops_in_the_middle_is_refused_and_the_connection_closed() -> None:
    parts: list[dict[str, Any]] = [{"type": "http.request", "body": b'{"text"', "more_body": True}]
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return parts.pop() if parts else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    guard = RequestGuard(never_called, AccessToken(TOKEN), max_body_bytes=1000, body_seconds=0.01)
    asyncio.run(guard(SCOPE, receive, send))
    start, body = sent
    assert (start["status"], dict(start["headers"])[b"connection"]) == (408, b"close")
    assert json.loads(body["body"])["problems"][0]["where"] == "body"
