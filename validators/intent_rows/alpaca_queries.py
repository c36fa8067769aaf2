"""Alpaca for queries: the `instruction` with its `input` is the text, and the `output` the label."""

from __future__ import annotations

from winnow.core.prompt_template import PromptText
from winnow.core.vocabulary import DropReason
from winnow.validators.alpaca_text import instruction_text
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout
from winnow.validators.text import Drop

COLUMNS = frozenset({"instruction", "input", "output"})


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The text and its label; a row with earlier turns is no single query."""
    if fields.get("history"):
        return Drop(DropReason.MALFORMED_DIALOGUE, "a row with a history; expected: one query with its label")
    try:
        text = instruction_text(fields)
    except ValueError as error:
        return Drop(DropReason.MALFORMED_DIALOGUE, str(error))
    return ArrangedRow({"text": PromptText(text)}, fields["output"].strip() or None)


def _recognizes(fields: Fields) -> bool:
    return fields.get("instruction") is not None and isinstance(fields.get("output"), str)


ALPACA_QUERIES = RowLayout("alpaca", "Alpaca", _recognizes, arrange, COLUMNS)
