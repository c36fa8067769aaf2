"""JSON Lines: one object per row with the release columns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def write_jsonl(rows: pd.DataFrame, columns: Sequence[str], path: Path) -> None:
    """One object per row with the release columns."""
    lines = map(dict, rows[list(columns)].to_dict("records"))
    write_lines(path, [{**line, "facets": list(line["facets"])} for line in lines])


def write_lines(path: Path, rows: Sequence[Mapping[Any, Any]]) -> None:
    """Write one JSON object per line."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
