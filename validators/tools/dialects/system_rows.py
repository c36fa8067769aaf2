"""Messages with the system prompt in a column `system`, as requests to Anthropic have it."""

from __future__ import annotations

from typing import Any

from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop
from winnow.validators.tools.dialects.content_blocks import BlocksError, joined_text
from winnow.validators.tools.strict_json import JsonError, read_cell

MESSAGES = ("messages", "conversations", "conversation")

COLUMNS = frozenset({*MESSAGES, "system", "tools"})


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The system prompt as the first message."""
    messages = _messages(fields)
    try:
        messages = read_cell(messages)
        return ArrangedRow({"messages": with_system(fields["system"], messages), "tools": fields.get("tools")})
    except JsonError as error:
        return malformed_dialogue(f"the messages are {error}")
    except BlocksError as error:
        return malformed_dialogue(f"the system prompt: {error}")


def with_system(system: object, messages: Any) -> Any:
    """The messages after the system prompt, if there is one; what is not a list stays as it is.

    Raises BlocksError for a system prompt that is neither a text nor a list of text blocks.
    """
    text = joined_text(system, separator="\n\n")
    return [{"role": "system", "content": text}, *messages] if text and isinstance(messages, list) else messages


def _recognizes(fields: Fields) -> bool:
    return _messages(fields) is not None and bool(fields.get("system"))


def _messages(fields: Fields) -> Any:
    return next((fields[name] for name in MESSAGES if fields.get(name) is not None), None)


SYSTEM_ROWS = RowLayout("system", "messages with a system prompt in a column of its own", _recognizes, arrange, COLUMNS)
