"""The router in a process of its own, as a user starts it, and requests to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from winnow.router.access_token import TOKEN_VARIABLE

TOKEN = "a-token-of-the-tests-0123456789"
TIMEOUT = 60


class Reply(NamedTuple):
    """An answer of the service."""

    status: int
    content: Any
    headers: dict[str, str]


class RouterProcess(NamedTuple):
    """A running service."""

    process: subprocess.Popen[str]
    started: dict[str, Any]
    """What `--json` printed."""

    @property
    def url(self) -> str:
        return str(self.started["url"])

    def call(self, path: str, body: object = None, *, token: str | None = TOKEN, raw: bytes | None = None) -> Reply:
        """Send a request; a body makes it a POST."""
        content = raw if raw is not None else None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            with urlopen(Request(self.url + path, content, headers), timeout=TIMEOUT) as reply:
                return Reply(reply.status, json.load(reply), dict(reply.headers))
        except HTTPError as error:
            return Reply(error.code, json.load(error), dict(error.headers))


@contextmanager
def running_router(workspace: Path, *options: object) -> Iterator[RouterProcess]:
    """A service in a workspace; it is killed at the end if it still runs."""
    command = [sys.executable, "-m", "winnow", "router", "serve", "--json", *map(str, options)]
    process = subprocess.Popen(
        command, cwd=workspace, env={**os.environ, TOKEN_VARIABLE: TOKEN}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        lines = []
        while not lines or lines[-1] != "}\n":
            lines.append(process.stdout.readline())
            assert lines[-1], process.communicate()[1]
        yield RouterProcess(process, json.loads("".join(lines)))
    finally:
        process.kill()
        process.communicate()
