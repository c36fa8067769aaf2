"""What tests ask, and the SDK they ask with. The server itself does not need the SDK."""

from __future__ import annotations

from typing import Any

import anthropic
from anthropic.types import Message

from .server import Claude

HAIKU = "claude-haiku-5-5"
ASK: dict[str, Any] = {"model": HAIKU, "max_tokens": 200, "messages": [{"role": "user", "content": "Hello there"}]}
LONG = "word " * 600
"""Enough tokens to be cached by the models of this year."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "queries": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "label": {"enum": ["a", "b"]},
        "sure": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
    },
    "required": ["queries", "label", "sure"],
    "additionalProperties": False,
}


def connect(claude: Claude, **options: Any) -> anthropic.Anthropic:
    """The SDK as published; it checks every response against its own types, and does not retry unless told to."""
    settings = {"api_key": claude.key, "base_url": claude.url, "max_retries": 0, "_strict_response_validation": True}
    return anthropic.Anthropic(**{**settings, **options})


def question(text: str) -> dict[str, Any]:
    """A request."""
    return {**ASK, "messages": [{"role": "user", "content": text}]}


def cached(system: str, text: str, ttl: str = "5m", **more: Any) -> dict[str, Any]:
    """A request whose system prompt ends with a breakpoint."""
    marked = {"type": "text", "text": system, "cache_control": {"type": "ephemeral", "ttl": ttl}}
    return {**question(text), "system": [marked], **more}


def with_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A request for structured output."""
    return {**ASK, "output_config": {"format": {"type": "json_schema", "schema": schema}}}


def text_of(message: Message) -> str:
    """The text of a message that has nothing else."""
    [block] = message.content
    assert block.type == "text"
    return block.text
