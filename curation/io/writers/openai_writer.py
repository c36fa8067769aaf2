"""OpenAI chat: one dialogue per row with its tools, as OpenAI's fine-tuning files and most trainers read it."""

from __future__ import annotations

from winnow.core.export_losses import ExportLoss
from winnow.curation.io.writers.chat_writer import chat_line
from winnow.curation.io.writers.export_format import DialogueRow, ExportFormat, Line
from winnow.curation.io.writers.openai_file_rules import file_warnings
from winnow.validators.tools.openai_messages import openai_messages, openai_tools
from winnow.validators.tools.prompt import with_tools


def openai_line(row: DialogueRow) -> list[Line]:
    """One object with `messages`, the system prompt first, and `tools`."""
    system = with_tools(row.task.system_prompt_text, "")  # the tools have a key of their own
    return [{"messages": openai_messages(row.dialogue, system), "tools": openai_tools(row.dialogue.tools)}]


OPENAI_FORMAT = ExportFormat(
    "openai",
    query=chat_line,
    dialogue=openai_line,
    loses=lambda _: frozenset({ExportLoss.ACCEPTED}),
    warnings=file_warnings,
)
