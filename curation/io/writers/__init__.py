"""Writers, one file per format; WRITERS lists them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.curation.io.writers.chat_writer import write_chat
from winnow.curation.io.writers.csv_writer import write_csv
from winnow.curation.io.writers.jsonl_writer import write_jsonl

if TYPE_CHECKING:
    import pandas as pd


Writer = Callable[["pd.DataFrame", Sequence[str], Path], None]
"""Writes rows of a release to a file. The columns say which of the rows' columns are those of the release."""

WRITERS: dict[str, tuple[str, Writer]] = {
    "jsonl": (".jsonl", write_jsonl),
    "csv": (".csv", write_csv),
    "chat": (".jsonl", write_chat),
}
