"""Chat: one dialogue per row, the text as the user's turn, the label as the assistant's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.curation.io.writers.jsonl_writer import write_lines

if TYPE_CHECKING:
    import pandas as pd


def write_chat(rows: pd.DataFrame, _: Sequence[str], path: Path) -> None:
    """One dialogue per row: the text as the user's turn, the label as the assistant's."""
    turns = [
        {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": label}]}
        for text, label in zip(rows["text"], rows["label"], strict=True)
    ]
    write_lines(path, turns)
