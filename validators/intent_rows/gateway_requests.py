"""Logs of AI gateways as traffic: what the user asked last in a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.core.vocabulary import DropReason
from winnow.validators.gateway_logs.bodies import BodyError
from winnow.validators.gateway_logs.exchange import COLUMNS, exchange_of, is_exchange
from winnow.validators.gateway_logs.prompts import prompt_of
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop
from winnow.validators.tools.dialects.openai_chat import text_of_parts


def arrange_request(fields: Fields) -> ArrangedRow | Drop:
    """The last message of a request as text, if it is one of the user. Whether the request failed does not matter.

    A request that goes on with results of tools repeats the query of an earlier one.
    """
    exchange = exchange_of(fields)
    try:
        last = prompt_of(exchange.request).messages[-1]
    except BodyError as error:
        return malformed_dialogue(f"the request {error}")
    if last.get("role") != "user" or _holds_results(last):
        found = "results of tools" if _holds_results(last) else f"a message of the role {str(last.get('role'))[:40]!r}"
        return Drop(DropReason.EMPTY, f"the request ends with {found}, not with a query")
    text = text_of_parts(last.get("content"))
    if text is None:
        return Drop(DropReason.NOT_TEXT, "the last message of the request has parts that are no text")
    return ArrangedRow({"text": text}, None, exchange.session)


def _holds_results(message: Mapping[str, Any]) -> bool:
    """Whether a message holds results of tools, as Anthropic's messages of the user do."""
    content = message.get("content")
    blocks = content if isinstance(content, list) else ()
    return any(isinstance(one, Mapping) and one.get("type") == "tool_result" for one in blocks)


GATEWAY_REQUESTS = RowLayout("gateway", "requests to an AI gateway", is_exchange, arrange_request, COLUMNS)
