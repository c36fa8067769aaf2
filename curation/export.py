"""Export: a release in the shapes that other tools read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curation.folder import replacing
from curation.release import SPLITS, Release
from curation.spreadsheet import as_cell
from validators.faults import Fault, WinnowError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["id", "text", "label", "route", "split", "origin", "family", "facets", "weight"]


def _jsonl(rows: pd.DataFrame, path: Path) -> None:
    """One object a row with the release columns."""
    _lines(path, [{**row, "facets": list(row["facets"])} for row in map(dict, rows[COLUMNS].to_dict("records"))])


def _csv(rows: pd.DataFrame, path: Path) -> None:
    """A header and one line a row; facets are joined by spaces, and no cell begins like a formula."""
    table = rows[COLUMNS].assign(facets=[" ".join(f) for f in rows["facets"]])
    cells = {name: table[name].map(as_cell) for name in ("text", "label", "route", "family", "facets")}
    table.assign(**cells).to_csv(path, index=False, lineterminator="\n")


def _chat(rows: pd.DataFrame, path: Path) -> None:
    """One dialogue a row: the query as the user's turn, the label as the assistant's."""
    turns = [
        {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": label}]}
        for text, label in zip(rows["text"], rows["label"], strict=True)
    ]
    _lines(path, turns)


FORMATS: dict[str, tuple[str, Callable[[pd.DataFrame, Path], None]]] = {
    "jsonl": (".jsonl", _jsonl),
    "csv": (".csv", _csv),
    "chat": (".jsonl", _chat),
}


def export(release: Release, format: str, folder: Path) -> dict[str, int]:  # noqa: A002  (the word of the command line)
    """Write one file a split into a folder; returns the rows by file. The release stays as it is.

    Raises WinnowError for an unknown format.
    """
    if format not in FORMATS:
        raise WinnowError(Fault("--format", repr(format), ", ".join(FORMATS), "correct --format"))
    suffix, write = FORMATS[format]
    written = {}
    for split in SPLITS:
        if release.counts[split]:
            rows = release.rows(split)
            with replacing(folder / f"{split}{suffix}") as temporary:
                write(rows, temporary)
            written[f"{split}{suffix}"] = len(rows)
    return written


def _lines(path: Path, rows: Sequence[Mapping[Any, Any]]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
