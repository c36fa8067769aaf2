"""A request to the server before anything is known of it: who asks, in which version, where, with what body."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .api_errors import ApiError, invalid

VERSION = "2026-10-21"


@dataclass(frozen=True)
class Call:
    """One HTTP request as it arrived; header names are lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    received: datetime
    request_id: str

    def values(self, name: str) -> list[str]:
        """All values of a query parameter."""
        return [value for key, value in self.query if key == name]

    @property
    def base_url(self) -> str:
        """Where the client believes the server to be."""
        return f"http://{self.headers.get('host', 'localhost')}"


def check_headers(call: Call, key: str) -> None:
    """The key, in either of its two headers, and the version. SDK 2 sends `Authorization: Bearer`."""
    bearer = call.headers.get("authorization", "").removeprefix("Bearer ")
    sent = bearer or call.headers.get("x-api-key", "")
    if not sent:
        raise ApiError(401, "x-api-key header is required")
    if not hmac.compare_digest(sent.encode(), key.encode()):
        raise ApiError(401, "invalid bearer token" if bearer else "invalid x-api-key")
    version = call.headers.get("anthropic-version")
    if version is None:
        raise invalid("anthropic-version", "header is required")
    if version != VERSION:
        raise invalid("anthropic-version", f"this local server speaks {VERSION}, not {version}")


def read_json(call: Call) -> Any:
    """The body of a POST."""
    if not call.headers.get("content-type", "").startswith("application/json"):
        raise ApiError(400, "content-type must be application/json")
    try:
        return json.loads(call.body)
    except ValueError as error:
        raise ApiError(400, f"The request body is not valid JSON: {error}") from error
