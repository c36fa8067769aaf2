"""Tell JSON from JSON Lines by the text of a file; the name counts only where both are possible."""

from __future__ import annotations

import json
import re
from typing import Any

from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.json_reader import JSON, holds_rows
from winnow.curation.io.readers.jsonl_reader import JSONL
from winnow.curation.io.readers.repeated_keys import decode_json_text

LOOKED_AT_LINES = 50
"""Lines at the start of a file that tell JSON Lines from JSON."""

START = re.compile(r"\[\s*[\[{\"\]]|\{\s*[\"'}]")
"""How JSON begins that holds rows."""

OPEN_ENDS = ("{", "[", ",", ":")
"""How a line ends after which a JSON value goes on."""


def json_format(text: str, named: FileFormat | None) -> FileFormat | None:
    """JSON or JSON Lines; None for a text that is neither. `named` is the format that the name of the file states.

    Several lines of which most are a value of their own are JSON Lines, whatever the name. Any other text that goes on
    after its first line is one JSON value, so that its last lines are never read alone.
    """
    if not START.match(text):
        return None
    lines = [line for line in text.split("\n", LOOKED_AT_LINES)[:LOOKED_AT_LINES] if line.strip()]
    values = [_value(line) for line in lines]
    if len(lines) == 1:
        return _format_of_line(lines[0], values[0], named)
    if values[0] is not None or sum(value is not None for value in values) > len(lines) / 2:
        return JSON if values[0] is None and text.startswith("[") else JSONL
    if text.startswith("[") or lines[0].rstrip().endswith(OPEN_ENDS) or named is JSON or _is_json(text):
        return JSON
    return JSONL


def _format_of_line(line: str, value: Any, named: FileFormat | None) -> FileFormat:
    """A line alone: a list, or an object that holds rows, is JSON; any other object is what the name says."""
    return JSON if line.startswith("[") or named is JSON or holds_rows(value) else JSONL


def _value(line: str) -> Any:
    """The object or list that a line holds; None for any other line."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _is_json(text: str) -> bool:
    try:
        decode_json_text(text)
    except (ValueError, RecursionError):
        return False
    return True
