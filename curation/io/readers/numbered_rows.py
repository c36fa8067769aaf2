"""What every reader yields: numbered rows, each a dict of fields or a drop with its reason."""

from __future__ import annotations

import json
import math
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop

Fields = dict[str, Any]

NumberedRow = tuple[int, Fields | Drop]


def row_fields(item: Any) -> Fields | Drop:
    """The fields of one JSON item, or the reason to drop it."""
    if isinstance(item, dict):
        return {str(key): value for key, value in item.items()}
    if isinstance(item, str):
        return {"text": item}
    found = f"found a JSON {type(item).__name__}, expected an object or a string"
    return Drop(DropReason.MALFORMED_ROW, found, json.dumps(item))


def unreadable_file(name: str, found: str, expected: str, fix: str = "repair or convert the file") -> WinnowError:
    """The error for a file that cannot be read as a whole."""
    return WinnowError(Problem(name, found, expected, fix))


def value_text(value: Any) -> str:
    """A value as text; empty where it is missing."""
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)
