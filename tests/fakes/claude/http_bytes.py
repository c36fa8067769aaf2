"""HTTP responses as bytes on a socket, whole or broken off."""

from __future__ import annotations

import contextlib
import json
import socket
from dataclasses import dataclass, field
from email.utils import formatdate
from http.client import responses
from typing import Any


@dataclass
class Reply:
    """A response, and how it is to be spoilt."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    manner: str = "whole"
    """`whole`, `dropped` (nothing is sent) or `cut` (half of the body is)."""


def json_reply(status: int, body: Any, headers: dict[str, str] | None = None) -> Reply:
    """A JSON response."""
    return Reply(status, json.dumps(body, ensure_ascii=False).encode(), headers or {})


def send(connection: socket.socket, reply: Reply) -> tuple[int, bytes]:
    """Put a response on the wire up to its last byte; how many bytes of the body are out, and the byte held back.

    The last byte waits until the ledger has the line, so that no client holds an answer that is not booked. A count of
    -1 says that not even the headers went out: scripted, or because the client had left.
    """
    if reply.manner == "dropped" or has_left(connection):
        return -1, b""
    head = [f"HTTP/1.1 {reply.status} {responses.get(reply.status, 'Overloaded')}"]
    headers = {
        "date": formatdate(usegmt=True),
        "content-type": reply.content_type,
        "content-length": str(len(reply.body)),
        **reply.headers,
    }
    head += [f"{name}: {value}" for name, value in headers.items()]
    body = reply.body[: len(reply.body) // 2] if reply.manner == "cut" else reply.body
    data = "\r\n".join([*head, "", ""]).encode() + body
    try:
        connection.sendall(data[:-1])
    except OSError:
        return -1, b""
    return (-1, b"") if has_left(connection) else (len(body), data[-1:])


def has_left(connection: socket.socket) -> bool:
    """Whether the client has closed its end, as the kernel does for one that was killed."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def hang_up(connection: socket.socket) -> None:
    """Close a connection at once, for both ends."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
