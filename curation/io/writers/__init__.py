"""Writers, one file per format; WRITERS lists them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.curation.io.writers.chat_writer import write_chat
from winnow.curation.io.writers.csv_writer import write_csv
from winnow.curation.io.writers.jsonl_writer import write_jsonl

if TYPE_CHECKING:
    import pandas as pd


WRITERS: dict[str, tuple[str, Callable[[pd.DataFrame, Path], None]]] = {
    "jsonl": (".jsonl", write_jsonl),
    "csv": (".csv", write_csv),
    "chat": (".jsonl", write_chat),
}
