"""Preference rows, with a `chosen` and a `rejected` answer: they teach a choice, and no dataset here holds one."""

from __future__ import annotations

from winnow.core.vocabulary import DropReason
from winnow.validators.row_layout import Fields, RowLayout
from winnow.validators.text import Drop

ANSWERS = ("chosen", "rejected")
COLUMNS = frozenset(
    {
        *ANSWERS,
        "prompt",
        "messages",
        "conversations",
        "conversation",
        "instruction",
        "input",
        "query",
        "system",
        "tools",
    }
)


def arrange(_: Fields) -> Drop:
    """Why no preference row is read."""
    detail = "a preference row with `chosen` and `rejected`; expected: one answer (make a file of the chosen ones)"
    return Drop(DropReason.MALFORMED_ROW, detail)


PREFERENCE = RowLayout(
    "preference",
    "preference rows, which are not read",
    lambda fields: all(fields.get(name) is not None for name in ANSWERS),
    arrange,
    COLUMNS,
)
