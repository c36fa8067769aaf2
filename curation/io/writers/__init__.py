"""Writers, one file per format; WRITERS lists them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.curation.io.writers.chat_writer import write_chat
from winnow.curation.io.writers.csv_writer import write_csv
from winnow.curation.io.writers.jsonl_writer import write_jsonl
from winnow.curation.io.writers.openai_writer import write_openai
from winnow.validators.kinds.kind import Kind

if TYPE_CHECKING:
    import pandas as pd


Writer = Callable[["pd.DataFrame", Sequence[str], Path], None]
"""Writes rows of a release to a file. The columns say which of the rows' columns are those of the release."""

WRITERS: dict[str, tuple[str, Writer]] = {
    "jsonl": (".jsonl", write_jsonl),
    "csv": (".csv", write_csv),
    "chat": (".jsonl", write_chat),
    "openai": (".jsonl", write_openai),
}

REQUIRED_COLUMNS = {"chat": "text", "openai": "messages"}
"""The column of the content that a format is about; the other formats hold any column."""


def formats_of(kind: Kind) -> list[str]:
    """The formats that releases of a kind can be written in."""
    return [name for name in WRITERS if REQUIRED_COLUMNS.get(name) in (None, *kind.content_columns)]
