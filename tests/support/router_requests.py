"""The router in this process, and requests to it: every part is the real one but the socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from winnow.operations._context import WorkspaceContext, find_workspace
from winnow.router.serve_router import RouterOptions, StartedRouter, start_router

TOKEN = "a-token-of-the-tests-0123456789"


@dataclass(frozen=True)
class RouterClient:
    """A started service, and requests to its application."""

    context: WorkspaceContext
    started: StartedRouter
    seen: list[str] = field(default_factory=list)
    """Ids of the lines that `new_lines` returned."""

    def send(self, method: str, path: str, *, token: str | None = TOKEN, **more: Any) -> httpx.Response:
        """One request."""
        return self.send_all([(method, path, more)], token=token)[0]

    def send_all(self, requests: Sequence[tuple[str, str, Any]], *, token: str | None = TOKEN) -> list[httpx.Response]:
        """Several requests at once."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}

        async def sent() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.started.application, raise_app_exceptions=False)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://router", headers=headers) as client:
                return await asyncio.gather(*(client.request(method, path, **more) for method, path, more in requests))

        return asyncio.run(sent())

    def route(self, text: str, **more: Any) -> dict[str, Any]:
        """The answer to one query."""
        reply = self.send("POST", "/v1/route", json={"text": text, **more})
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    def new_lines(self) -> list[dict[str, Any]]:
        """The lines of the log that were written since the last call."""
        log = self.started.log
        paths = sorted(log.parent.glob(f"{log.stem}-*{log.suffix}"))
        texts = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]
        lines = [json.loads(text) for text in texts][len(self.seen) :]
        self.seen.extend(line["id"] for line in lines)
        return lines


@contextmanager
def client_of(workspace: Path, **options: Any) -> Iterator[RouterClient]:
    """A service over a workspace, closed at the end."""
    context = find_workspace(workspace)
    started = start_router(context, RouterOptions(token=TOKEN, **options))
    try:
        yield RouterClient(context, started)
    finally:
        started.service.close()
        started.listener.close()
