"""JSON Lines: one object per row with the release columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.curation.io.writers.export_format import ExportFormat
from winnow.curation.io.writers.written_rows import lines_text

if TYPE_CHECKING:
    import pandas as pd


def jsonl_text(rows: pd.DataFrame, columns: Sequence[str]) -> str:
    """One object per row with the release columns."""
    lines = map(dict, rows[list(columns)].to_dict("records"))
    return lines_text({**line, "facets": list(line["facets"])} for line in lines)


JSONL_FORMAT = ExportFormat("jsonl", table=jsonl_text)
