"""Limit sign-in: after too many wrong passwords, attempts are refused before Argilla checks the password."""

from __future__ import annotations

import asyncio
import math
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from argilla_server.contexts import accounts
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse

from winnow_server.sign_in_limit import SignInLimit

SIGN_IN_PATH = "/api/v1/token"

MAX_BODY_BYTES = 16_384
"""Largest sign-in form that is read; a name and a password are some hundred bytes."""

CHECKS_AT_ONCE = 1
"""Passwords that are checked at once: a check takes a quarter of a second of one core."""

CHECK_NICENESS = 10
"""Priority of the thread that checks passwords, so that a storm of sign-ins does not slow down other requests."""

CREATED, UNAUTHORIZED, TOO_LARGE, TOO_MANY_REQUESTS = 201, 401, 413, 429


def check_passwords_in_threads() -> None:
    """Patch Argilla to check passwords in a thread: in its event loop, a sign-in holds up every other request."""
    checkers = ThreadPoolExecutor(CHECKS_AT_ONCE, "password", _lower_priority)

    async def check(function: Callable[..., Any], *given: str) -> Any:
        return await asyncio.get_running_loop().run_in_executor(checkers, function, *given)

    async def authenticate_user(db: Any, username: str, password: str) -> Any:
        user = await accounts.get_user_by_username(db, username)
        if user is None:
            await check(accounts._dummy_verify)  # as long as for a name that exists
            return None
        right = await check(accounts.verify_password, password, user.password_hash)
        return user if right else None

    module: Any = accounts
    module.authenticate_user = authenticate_user


def with_sign_in_limit(app: Any) -> Any:
    """The application with a limit: after too many failures, an attempt gets status 429 and the seconds to wait."""
    limit, turns = SignInLimit(), asyncio.Semaphore(CHECKS_AT_ONCE)

    async def respond(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"].rstrip("/") != SIGN_IN_PATH:
            await app(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            await JSONResponse({"detail": "the form is too large"}, TOO_LARGE)(scope, receive, send)
            return
        account = await _account(scope, body)
        attempt = limit.begin(account, (scope.get("client") or ("",))[0])
        if attempt.wait:
            seconds = math.ceil(attempt.wait)
            detail = f"too many failed sign-ins: try again in {seconds} s"
            refused = JSONResponse({"detail": detail}, TOO_MANY_REQUESTS, {"Retry-After": str(seconds)})
            await refused(scope, receive, send)
            return
        status = 0

        async def send_and_note(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            async with turns:
                await app(scope, _replay(body, receive), send_and_note)
        finally:
            limit.end(attempt, right={CREATED: True, UNAUTHORIZED: False}.get(status))

    return respond


def _lower_priority() -> None:
    """Lower the priority of this thread, where the system has one for each thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), CHECK_NICENESS)


async def _read(receive: Any) -> bytes | None:
    """The body of a request; None if it is too large."""
    body = b""
    while len(body) <= MAX_BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return body if len(body) <= MAX_BODY_BYTES else None
    return None


async def _account(scope: dict[str, Any], body: bytes) -> str:
    """The name in a sign-in form; empty if there is none."""
    try:
        form: FormData = await Request(scope, _replay(body, None)).form()
        return str(form.get("username") or "")
    except (HTTPException, MultiPartException, KeyError, ValueError):  # malformed: Argilla responds to it
        return ""


def _replay(body: bytes, receive: Any) -> Any:
    """A `receive` that returns a body that was already read, and then passes on what follows."""
    given = False

    async def receive_again() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
