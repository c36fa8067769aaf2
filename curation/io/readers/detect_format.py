"""Recognize a file's format by its first bytes and its suffix."""

from __future__ import annotations

from pathlib import Path

from winnow.curation.io.readers import READERS
from winnow.curation.io.readers.csv_reader import CSV
from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.json_reader import JSON
from winnow.curation.io.readers.jsonl_reader import JSONL


def detect_format(path: Path, content: bytes) -> FileFormat:
    """The format of a file: of a binary one by its first bytes, else by its suffix, else by how its text begins."""
    for reader in READERS:
        if reader.magic and content.startswith(reader.magic):
            return reader
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    named = next((reader for reader in READERS if suffixes and suffixes[-1] in reader.suffixes), None)
    if named:
        return named
    start = content[:2000].lstrip()
    if start.startswith(b"["):
        return JSON
    return JSONL if start.startswith(b"{") else CSV
