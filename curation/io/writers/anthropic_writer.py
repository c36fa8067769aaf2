"""Anthropic: messages with content blocks, and the system prompt and the tools under keys of their own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from winnow.core.export_losses import ExportLoss
from winnow.curation.io.writers.chat_writer import chat_line
from winnow.curation.io.writers.export_format import DialogueRow, ExportFormat, Line
from winnow.validators.tools.call_formats.call_json import in_schema_order
from winnow.validators.tools.dialogue import Dialogue, Role, Tool, Turn
from winnow.validators.tools.failed_result import failure_text
from winnow.validators.tools.prompt import with_tools


def anthropic_line(row: DialogueRow) -> list[Line]:
    """One object with `system`, `messages` and `tools`."""
    system = with_tools(row.task.system_prompt_text, "")
    messages = [_message(list(group), row.dialogue) for _, group in groupby(row.dialogue.turns, lambda one: one.role)]
    tools = [*map(_declaration, row.dialogue.tools)]
    return [
        {
            "id": row.id,
            **({"system": system} if system else {}),
            "messages": messages,
            "tools": tools,
            "label": row.label,
        }
    ]


def _message(turns: list[Turn], dialogue: Dialogue) -> Line:
    """One turn, or the results of tools in a row, which are one message of the user."""
    first = turns[0]
    if first.role == Role.TOOL:
        return {"role": Role.USER.value, "content": [*map(_result, turns)]}
    if first.role == Role.USER or not (first.calls or first.reasoning):
        return {"role": first.role.value, "content": first.content}
    return {"role": Role.ASSISTANT.value, "content": [*_answer_blocks(first, dialogue)]}


def _result(turn: Turn) -> Line:
    """The block of a result; one that its source marked as failed has the mark again."""
    block = {"type": "tool_result", "tool_use_id": turn.call_id, "content": turn.content}
    failure = failure_text(turn.content)
    return block if failure is None else {**block, "content": failure, "is_error": True}


def _answer_blocks(turn: Turn, dialogue: Dialogue) -> Iterator[Line]:
    if turn.reasoning:
        yield {"type": "thinking", "thinking": turn.reasoning, "signature": ""}
    if turn.content:
        yield {"type": "text", "text": turn.content}
    for call in turn.calls:
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": in_schema_order(call, dialogue.tools)}


def _declaration(tool: Tool) -> Line:
    return {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}


ANTHROPIC_FORMAT = ExportFormat(
    "anthropic",
    query=chat_line,
    dialogue=anthropic_line,
    loses=lambda _: frozenset({ExportLoss.ACCEPTED, ExportLoss.UNLEARNED_TURN}),
)
