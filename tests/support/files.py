"""Write the files that tests add."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write_jsonl(path: Path, rows: list[dict[str, object]]) -> Path:
    """One JSON object a line; returns the path."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_dropped(path: str | Path | None) -> list[dict[str, Any]]:
    """The lines of a file of dropped rows."""
    return [json.loads(line) for line in Path(str(path)).read_text(encoding="utf-8").split("\n") if line]


def edit_dropped(path: str | Path | None, edited: Path, **columns: object) -> Path:
    """A copy of a file of dropped rows with other values in some columns of every row."""
    lines = [{**line, "row": {**line["row"], **columns}} for line in read_dropped(path)]
    return write_jsonl(edited, lines)
