"""Messages before the answer of a row: what the assistant said there is not learned from this row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_context(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message with `weight` 0 if it is an answer of the assistant, else as it is."""
    return {**message, "weight": 0} if message.get("role") == "assistant" else message
