"""Chat: one dialogue per row, the prompt as the user's turn, the label as the assistant's."""

from __future__ import annotations

from winnow.curation.io.writers.export_format import ExportFormat, Line, QueryRow
from winnow.validators.tools.dialogue import Role


def chat_turns(row: QueryRow) -> list[Line]:
    """The prompt as the user's turn, and the label as the assistant's."""
    return [{"role": Role.USER.value, "content": row.prompt}, {"role": Role.ASSISTANT.value, "content": row.label}]


def chat_line(row: QueryRow) -> Line:
    """One dialogue with both turns."""
    return {"messages": chat_turns(row)}


CHAT_FORMAT = ExportFormat("chat", query=chat_line)
