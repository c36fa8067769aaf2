"""OpenAI chat: one dialogue per row with its tools, as OpenAI's fine-tuning files and most trainers read it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.curation.io.writers.jsonl_writer import write_lines
from winnow.validators.tools.dialogue import from_json
from winnow.validators.tools.openai_messages import openai_messages, openai_tools
from winnow.validators.tools.prompt import with_tools

if TYPE_CHECKING:
    import pandas as pd


def write_openai(rows: pd.DataFrame, _: Sequence[str], path: Path) -> None:
    """One object per row with `messages`, the system prompt first, and `tools`."""
    lines = []
    for messages, tools, prompt in zip(rows["messages"], rows["tools"], rows["system_prompt"], strict=True):
        dialogue = from_json(messages, tools)
        system = with_tools(prompt, "")  # the tools have a key of their own
        lines.append({"messages": openai_messages(dialogue, system), "tools": openai_tools(dialogue.tools)})
    write_lines(path, lines)
