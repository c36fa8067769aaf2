"""The text of a result that the source marks as failed, so that the mark (`is_error`) can be written back."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.validators.tools.strict_json import JsonError, read_json, write_json

MARK, CONTENT = "is_error", "content"


def failed_result(text: str) -> str:
    """The text of a failed result: JSON with the mark and the source's own text."""
    return write_json({MARK: True, CONTENT: text}, sort_keys=False)


def failure_text(result: str) -> str | None:
    """The inverse: the source's own text of a failed result; None for any other result."""
    if not result.startswith("{"):
        return None
    try:
        value = read_json(result)
    except JsonError:
        return None
    is_failed = isinstance(value, Mapping) and value.keys() == {MARK, CONTENT} and value[MARK] is True
    return value[CONTENT] if is_failed and isinstance(value[CONTENT], str) else None
