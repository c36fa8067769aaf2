"""A request alone: one column with what a user asked, as traffic has it."""

from __future__ import annotations

from winnow.core.vocabulary import DropReason
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout
from winnow.validators.text import Drop

NAMES = ("text", "query", "utterance", "input", "sentence")
"""The columns that may hold the request, the likeliest first."""


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The request as the only turn, of the user."""
    text = next((fields[name] for name in NAMES if isinstance(fields.get(name), str)), "")
    if not text.strip():
        return Drop(DropReason.EMPTY, "the request is empty")
    return ArrangedRow({"messages": [{"role": "user", "content": text}], "tools": fields.get("tools")})


REQUEST = RowLayout(
    "request",
    "requests without an answer",
    lambda fields: any(isinstance(fields.get(name), str) for name in NAMES),
    arrange,
    frozenset((*NAMES, "tools")),
)
