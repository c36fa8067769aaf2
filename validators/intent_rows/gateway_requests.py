"""Requests to a model as traffic, as logs of AI gateways hold them: what the user asked last in a request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from winnow.core.vocabulary import DropReason
from winnow.validators.gateway_logs.bodies import BodyError
from winnow.validators.gateway_logs.exchange import COLUMNS, Exchange, exchange_of, is_exchange
from winnow.validators.gateway_logs.prompts import prompt_of
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop
from winnow.validators.tools.dialects.content_blocks import BlocksError, joined_text
from winnow.validators.tools.dialects.gateway_rows import items_of_responses
from winnow.validators.tools.dialects.openai_responses import TEXT_TYPES


def arrange_request(fields: Fields) -> ArrangedRow | Drop:
    """The last message of a request as text, if it is one of the user. Whether the request failed does not matter.

    A request that goes on with results of tools repeats the query of an earlier one.
    """
    exchange = exchange_of(fields)
    try:
        last = _messages(exchange)[-1]
    except BodyError as error:
        return malformed_dialogue(f"the request {error}")
    if last.get("role") != "user" or _holds_results(last):
        found = "results of tools" if _holds_results(last) else f"a message of the role {str(last.get('role'))[:40]!r}"
        return Drop(DropReason.EMPTY, f"the request ends with {found}, not with a query")
    try:
        text = joined_text(last.get("content"), types=TEXT_TYPES, separator="")
    except BlocksError as error:
        return Drop(DropReason.NOT_TEXT, f"the last message of the request: {error}")
    return ArrangedRow({"text": text}, None, exchange.session)


def _messages(exchange: Exchange) -> Sequence[Mapping[str, Any]]:
    """The messages of a request. A text as `input` is one to OpenAI's Responses API only if its response is."""
    try:
        items = items_of_responses(exchange)
    except BodyError:
        items = None
    asked = items["request"]["input"] if items else None
    return [{"role": "user", "content": asked}] if isinstance(asked, str) else prompt_of(exchange.request).messages


def _holds_results(message: Mapping[str, Any]) -> bool:
    """Whether a message holds results of tools, as Anthropic's messages of the user do, or is one of OpenAI's items."""
    if message.get("type") == "function_call_output":
        return True
    content = message.get("content")
    blocks = content if isinstance(content, list) else ()
    return any(isinstance(one, Mapping) and one.get("type") == "tool_result" for one in blocks)


GATEWAY_REQUESTS = RowLayout("gateway", "requests to a model", is_exchange, arrange_request, COLUMNS)
