"""What stands before the application: no request gets in without the token, or with a body too large or too slow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from winnow.core.errors import Problem
from winnow.router.access_token import AccessToken
from winnow.router.problem_replies import problem_reply

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

OPEN_PATHS = frozenset({"/healthz", "/", "/page.js"})
"""The liveness probe, and the empty page and its script, which hold nothing of the workspace."""

MAX_DIGITS = 18
"""Of a stated length that is read as a number."""

BODY_SECONDS = 10.0
"""In which a body arrives; a service that ends would wait for a client that stopped in the middle of one."""

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="router"'}


@dataclass(frozen=True)
class RequestGuard:
    """An ASGI application around another one."""

    application: Application
    token: AccessToken
    max_body_bytes: int
    body_seconds: float = BODY_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or pass it on with its whole body."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if scope["path"] not in OPEN_PATHS and not self.token.accepts(headers.get(b"authorization", b"")):
            problem = Problem("Authorization", "missing, or another token", "Bearer and the token of this service")
            await problem_reply(401, [problem], CHALLENGE)(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.body_seconds):
                body = await self._body(headers, receive)
        except TimeoutError:
            problem = Problem("body", f"not complete after {self.body_seconds:g} seconds", "", "send the request again")
            await problem_reply(408, [problem], {"Connection": "close"})(scope, receive, send)
            return
        if body is None:
            problem = Problem("body", "too large", f"at most {self.max_body_bytes:,} bytes", "send fewer texts at once")
            await problem_reply(413, [problem], {"Connection": "close"})(scope, receive, send)
            return
        await self.application(scope, _read_again(body, receive), send)

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
        """The whole body; None where it is too large, of which no more is read than is allowed."""
        stated = headers.get(b"content-length", b"")
        if stated.isdigit() and (len(stated) > MAX_DIGITS or int(stated) > self.max_body_bytes):
            return None
        parts: list[bytes] = []
        size, more = 0, True
        while more and size <= self.max_body_bytes:
            message = await receive()  # a client that is gone sends no more
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
        return None if size > self.max_body_bytes else b"".join(parts)


def _read_again(body: bytes, receive: Receive) -> Receive:
    """A channel from which the application reads the body that was read here, and what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again
