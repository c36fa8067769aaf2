"""Anthropic: a `request` and its `response` in one row. Only the response is learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.core.vocabulary import DropReason
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout
from winnow.validators.text import Drop
from winnow.validators.tools.dialects.content_blocks import BlocksError
from winnow.validators.tools.dialects.system_rows import with_system

COLUMNS = frozenset({"request", "response"})
RESPONSE_TYPES = frozenset({"message", "error"})
CUT_REASONS = frozenset({"max_tokens", "model_context_window_exceeded", "pause_turn"})
"""Values of `stop_reason` for an answer that is not whole."""


def recognizes(fields: Fields) -> bool:
    """Whether the response is one of Anthropic's Messages API."""
    request, response = fields.get("request"), fields.get("response")
    if not isinstance(request, Mapping) or not isinstance(response, Mapping):
        return False
    return "messages" in request and str(response.get("type")) in RESPONSE_TYPES


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The messages of the request, then the response."""
    request, response = fields["request"], fields["response"]
    if response["type"] == "error":
        return _drop(f"the response is an error: {str(response.get('error'))[:80]}")
    if str(response.get("stop_reason")) in CUT_REASONS:
        return _drop(f"the response is not whole: stop_reason {response['stop_reason']!r}")
    given = request["messages"]
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        return _drop("the messages of the request are no list of objects")
    answer = {"role": "assistant", "content": response.get("content")}
    try:
        messages = with_system(request.get("system"), [*map(_context, given), answer])
    except BlocksError as error:
        return _drop(f"the system prompt of the request: {error}")
    return ArrangedRow({"messages": messages, "tools": request.get("tools")})


def _context(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message of the request: what the assistant said there is not learned from this row."""
    return {**message, "weight": 0} if message.get("role") == "assistant" else message


def _drop(detail: str) -> Drop:
    return Drop(DropReason.MALFORMED_DIALOGUE, detail)


ANTHROPIC_ROWS = RowLayout("anthropic_request", "Anthropic's request and response", recognizes, arrange, COLUMNS)
