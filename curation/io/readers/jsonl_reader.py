"""JSON Lines: one object or one string per line."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.core.vocabulary import DropReason
from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.numbered_rows import NumberedRow, row_fields
from winnow.curation.io.readers.repeated_keys import decode_json, repeated_detail
from winnow.curation.io.readers.span_rows import with_spans
from winnow.validators.text import Drop


def jsonl_rows(text: str) -> Iterator[NumberedRow]:
    """One JSON object or string per line."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                decoded = decode_json(line)
            except (ValueError, RecursionError) as error:
                yield number, Drop(DropReason.MALFORMED_ROW, f"not JSON ({error})", line)
                continue
            if decoded.repeated:
                yield number, Drop(DropReason.MALFORMED_ROW, repeated_detail(decoded.repeated), line)
            else:
                yield number, row_fields(decoded.value)


JSONL = FileFormat("jsonl", lambda file: with_spans(jsonl_rows(file.text)), suffixes=(".jsonl", ".ndjson"))
