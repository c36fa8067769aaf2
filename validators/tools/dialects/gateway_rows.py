"""A request to a model and its response, alone or in the log of an AI gateway. Only the response is learned."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.validators.gateway_logs.answers import answer_of, response_of
from winnow.validators.gateway_logs.bodies import BodyError, read_body
from winnow.validators.gateway_logs.exchange import COLUMNS, Exchange, exchange_of, is_exchange
from winnow.validators.gateway_logs.prompts import prompt_of
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop
from winnow.validators.tools.dialects.content_blocks import BlocksError
from winnow.validators.tools.dialects.context_messages import as_context
from winnow.validators.tools.dialects.openai_responses_rows import OPENAI_RESPONSES_ROWS
from winnow.validators.tools.dialects.system_rows import with_system


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The messages of the request, and then the answer of the response."""
    exchange = exchange_of(fields)
    if exchange.failure:
        return malformed_dialogue(exchange.failure)
    try:
        items = items_of_responses(exchange)
    except BodyError as error:
        return malformed_dialogue(f"the response {error}")
    arranged = OPENAI_RESPONSES_ROWS.arrange(items) if items else _chat(exchange, fields.get("tools"))
    return arranged if isinstance(arranged, Drop) else arranged._replace(session=exchange.session)


def _chat(exchange: Exchange, tools: object) -> ArrangedRow | Drop:
    part = "request"
    try:
        prompt = prompt_of(exchange.request)
        part = "response"
        answer = answer_of(exchange.response)
        messages = with_system(prompt.system, [*map(as_context, prompt.messages), answer])
    except BodyError as error:
        return malformed_dialogue(f"the {part} {error}")
    except BlocksError as error:
        return malformed_dialogue(f"the system prompt of the request: {error}")
    return ArrangedRow({"messages": messages, "tools": prompt.tools if prompt.tools is not None else tools})


def items_of_responses(exchange: Exchange) -> Fields | None:
    """The request and response of OpenAI's Responses API, as its own layout reads them; None for another API.

    Raises BodyError for a response that is missing, an error, or no whole stream.
    """
    try:
        request = read_body(exchange.request)
    except BodyError:
        return None
    if not isinstance(request, Mapping) or "messages" in request or request.get("input") is None:
        return None
    row = {"request": request, "response": response_of(exchange.response)}
    return row if OPENAI_RESPONSES_ROWS.recognizes(row) else None


GATEWAY = RowLayout("gateway", "requests to a model with their responses", is_exchange, arrange, COLUMNS)
