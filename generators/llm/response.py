"""Reads a response: its text, its items, how it ended, and the tokens it used."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from winnow.generators.llm.prices import Usage


def token_usage(message: Mapping[str, Any]) -> Usage:
    """The token usage of a message."""
    used = message.get("usage") or {}
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    return Usage(*(int(used.get(name) or 0) for name in names))


def response_outcome(message: Mapping[str, Any]) -> str:
    """`answered`, `refused`, or `truncated` where the response is incomplete."""
    stop = message.get("stop_reason")
    if stop == "refusal":
        return "refused"
    return "truncated" if stop in ("max_tokens", "model_context_window_exceeded", "pause_turn") else "answered"


def response_text(message: Mapping[str, Any]) -> str:
    """The text of a message, without its thinking."""
    blocks = message.get("content") or []
    return "".join(block.get("text", "") for block in blocks if block.get("type") == "text")


def read_items(text: str, name: str, fields: Mapping[str, type]) -> list[dict[str, Any]]:
    """The items of a response whose fields have these types; other items and invalid JSON are skipped."""
    try:
        found = json.loads(text)
    except ValueError:
        return []
    listed = found.get(name) if isinstance(found, dict) else None
    return [
        item
        for item in (listed if isinstance(listed, list) else [])
        if isinstance(item, dict) and all(type(item.get(field)) is kind for field, kind in fields.items())
    ]
