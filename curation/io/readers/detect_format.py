"""Recognize a file's format by its suffix and its first bytes."""

from __future__ import annotations

from pathlib import Path

FORMATS = ("auto", "csv", "tsv", "jsonl", "json", "parquet", "sqlite", "rasa", "lines")

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".db": "sqlite",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".yml": "rasa",
    ".yaml": "rasa",
    ".txt": "lines",
}


def detect_format(path: Path, content: bytes) -> str:
    """The name of a file's format."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    if content.startswith(b"PAR1"):
        return "parquet"
    if content.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if suffixes and suffixes[-1] in SUFFIXES:
        return SUFFIXES[suffixes[-1]]
    start = content[:2000].lstrip()
    if start.startswith(b"["):
        return "json"
    return "jsonl" if start.startswith(b"{") else "csv"
