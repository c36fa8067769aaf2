"""OpenAI Responses: `input` and `output`, or a `request` and its `response`. Only the output is learned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop

COLUMNS = frozenset(
    {"input", "output", "instructions", "tools", "request", "response", "object", "status", "previous_response_id"}
)
UNFINISHED = frozenset({"incomplete", "failed", "cancelled", "in_progress", "queued"})
"""Values of `status` for a response that is not whole."""


def recognizes(fields: Fields) -> bool:
    """Whether the row, or its request and response, holds items."""
    request, response = fields.get("request"), fields.get("response")
    if isinstance(request, Mapping) and isinstance(response, Mapping):
        return request.get("input") is not None and _are_items(response.get("output"))
    given = fields.get("output")
    return _are_items(given) or (given is None and _are_items(fields.get("input")))


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The instructions, the input and the output as one list of items."""
    request, response = fields.get("request"), fields.get("response")
    row = {**fields}
    if isinstance(request, Mapping) and isinstance(response, Mapping):
        row = {**request, **response, "input": request["input"]}
    if problem := next(_problems(row), ""):
        return malformed_dialogue(problem)
    output = row.get("output") or []
    given = _items(row["input"], "user")
    context = [{**item, "weight": 0} for item in given] if output else given
    messages = [*_items(row.get("instructions") or [], "system"), *context, *output]
    return ArrangedRow({"messages": messages, "tools": row.get("tools")})


def _problems(row: Mapping[str, Any]) -> Iterator[str]:
    if str(row.get("status")) in UNFINISHED:
        yield f"the response has the status {row['status']!r}, expected 'completed'"
    if row.get("previous_response_id") is not None:
        yield f"the turns before it are in another response, {row['previous_response_id']!r}"
    if row.get("input") is None:
        yield "the row has no input, so that the question is missing"
    for name in ("input", "instructions"):
        value = row.get(name)
        if value is not None and not isinstance(value, str) and not _are_items(value):
            yield f"{name} is {str(value)[:40]!r}, expected a text or a list of items"


def _items(value: Any, role: str) -> list[Mapping[str, Any]]:
    """The items of a list; a text is one message."""
    return [{"type": "message", "role": role, "content": value}] if isinstance(value, str) else list(value)


def _are_items(value: object) -> bool:
    """Whether something is a list of objects with types or roles, and not empty."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, Mapping) and ("type" in one or "role" in one) for one in value)
    )


OPENAI_RESPONSES_ROWS = RowLayout(
    "responses_request", "OpenAI Responses with input and output", recognizes, arrange, COLUMNS
)
