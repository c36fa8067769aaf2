"""OpenTelemetry: a span of a chat with a model, with its messages among the attributes. Only the output is learned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from winnow.validators.gateway_logs.answers import CUT_REASONS
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop
from winnow.validators.tools.dialects.context_messages import as_context
from winnow.validators.tools.dialects.otlp_values import OtlpError, attributes_of
from winnow.validators.tools.strict_json import JsonError, read_json

OPERATION, CONVERSATION, INPUT, OUTPUT, SYSTEM, TOOLS = (
    "gen_ai.operation.name",
    "gen_ai.conversation.id",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
)
CHAT_OPERATIONS = ("chat", "generate_content", "text_completion")
CUT_FINISH_REASONS = CUT_REASONS | {"error"}
"""Values of `finish_reason` for an answer that is not whole: those of the convention and those of the providers."""

ID_COLUMNS = ("spanId", "span_id", "traceId", "trace_id", "context")
COLUMNS = frozenset({"attributes", OPERATION, CONVERSATION, INPUT, OUTPUT, SYSTEM, TOOLS})


def recognizes(fields: Fields) -> bool:
    """Whether a row has the attributes of a span, together or as columns of their own."""
    is_span = isinstance(fields.get("attributes"), Mapping | list) and any(one in fields for one in ID_COLUMNS)
    return is_span or any(fields.get(one) is not None for one in (INPUT, OUTPUT))


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The instructions, the input and the output as messages, and the definitions of the tools."""
    try:
        attributes = attributes_of(fields.get("attributes") or {})
    except OtlpError as error:
        return malformed_dialogue(f"the attributes of the span: {error}")
    attributes |= {key: fields[key] for key in COLUMNS & {*fields}}
    operation = attributes.get(OPERATION)
    if operation not in (None, *CHAT_OPERATIONS) or attributes.get(INPUT) is None:
        return malformed_dialogue(_why_no_chat(operation, str(fields.get("name", ""))))
    try:
        given, answers, system = (_listed(attributes, key) for key in (INPUT, OUTPUT, SYSTEM))
    except (JsonError, OtlpError) as error:
        return malformed_dialogue(str(error))
    if problem := next(_problems(answers), ""):
        return malformed_dialogue(problem)
    first = [{"role": "system", "parts": system}] if system else []
    messages = [*first, *(map(as_context, given) if answers else given), *answers]
    return ArrangedRow({"messages": messages, "tools": attributes.get(TOOLS)}, session=attributes.get(CONVERSATION))


def _why_no_chat(operation: object, name: str) -> str:
    if operation in CHAT_OPERATIONS:
        return f"the chat of the span {name[:40]!r} was not recorded: it has no {INPUT}"
    found = f"its operation is {operation!r}" if operation else f"it has no {OPERATION}"
    return f"the span {name[:40]!r} is not a chat: {found}; expected: {', '.join(CHAT_OPERATIONS)}"


def _listed(attributes: Mapping[str, Any], key: str) -> list[Any]:
    """The list of objects in an attribute, which may be JSON text; nothing is an empty one."""
    value = attributes.get(key)
    if isinstance(value, str):
        try:
            value = read_json(value)
        except JsonError as error:
            raise OtlpError(f"{key} is {error}") from None
    value = [] if value is None else value
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise OtlpError(f"{key} is {str(value)[:40]!r}, expected a list of objects")
    return value


def _problems(answers: list[Any]) -> Iterator[str]:
    if len(answers) > 1:
        yield f"{len(answers)} answers to choose from; expected: one"
    reasons = [str(one.get("finish_reason")) for one in answers]
    if cut := next((one for one in reasons if one in CUT_FINISH_REASONS), ""):
        yield f"the answer is not whole: finish_reason {cut!r}"


OTEL_SPANS = RowLayout("otel", "spans of OpenTelemetry", recognizes, arrange, COLUMNS)
