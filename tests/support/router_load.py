"""Queries at a steady rate over real connections, measured from the moment at which each should have been sent."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CONNECTIONS = 64
"""So many queries can be on their way at once; a further one is sent late, and its wait counts."""


@dataclass
class LoadResult:
    """What became of the queries."""

    ids: list[str] = field(default_factory=list)
    """Of every query whose answer arrived whole."""
    runs: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    """From the moment at which the query should have been sent to its answer."""
    refused: int = 0
    """Queries that were answered with another status than 200."""
    lost: int = 0
    """Queries whose connection ended before the answer."""
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.ids) / self.took if self.took else 0.0


def request_bytes(host: str, token: str, body: bytes) -> bytes:
    """A query as it is sent."""
    head = f"POST /v1/route HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
    return (head + f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


async def _send(
    host: str,
    port: int,
    token: str,
    schedule: Iterator[tuple[float, str]],
    found: LoadResult,
    stop: asyncio.Event,
    on_answer: Callable[[LoadResult], None],
) -> None:
    """One connection, which takes the next query of the schedule as soon as it is free."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        for due, text in schedule:
            if stop.is_set():
                return
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            writer.write(request_bytes(host, token, json.dumps({"text": text}).encode()))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            answer = json.loads(await reader.readexactly(length))
            if not head.startswith(b"HTTP/1.1 200"):
                found.refused += 1
                continue
            found.seconds.append(time.perf_counter() - due)
            found.ids.append(answer["id"])
            found.runs.append(answer["run"])
            on_answer(found)
    except (ConnectionError, asyncio.IncompleteReadError):
        found.lost += 1
        stop.set()
    finally:
        writer.close()


async def _load(
    url: str,
    token: str,
    texts: Sequence[str],
    rate: float,
    seconds: float,
    connections: int,
    on_answer: Callable[[LoadResult], None],
) -> LoadResult:
    place = urlsplit(url)
    assert place.hostname is not None
    assert place.port is not None
    found, stop, begin = LoadResult(), asyncio.Event(), time.perf_counter() + 0.2
    count = int(rate * seconds)
    schedule = ((begin + i / rate, text) for i, text in zip(range(count), itertools.cycle(texts), strict=False))
    await asyncio.gather(
        *(_send(place.hostname, place.port, token, schedule, found, stop, on_answer) for _ in range(connections))
    )
    found.took = time.perf_counter() - begin
    return found


def load(
    url: str,
    token: str,
    texts: Sequence[str],
    *,
    rate: float,
    seconds: float,
    connections: int = CONNECTIONS,
    on_answer: Callable[[LoadResult], None] = lambda _: None,
) -> LoadResult:
    """Send queries at a rate, each at its own time whether or not earlier ones were answered; ends with the service.

    `on_answer` is called after each answer with what arrived so far.
    """
    return asyncio.run(_load(url, token, texts, rate, seconds, connections, on_answer))
