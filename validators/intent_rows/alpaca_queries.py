"""Alpaca for queries: the `instruction` with its `input` is the text, and the `output` the label."""

from __future__ import annotations

from winnow.core.prompt_template import PromptText
from winnow.validators.alpaca_text import instruction_text, is_alpaca
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop

COLUMNS = frozenset({"instruction", "input", "output"})


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The text and its label; a row with earlier turns is no single query."""
    if fields.get("history"):
        return malformed_dialogue("a row with a history; expected: one query with its label")
    try:
        text = instruction_text(fields)
    except ValueError as error:
        return malformed_dialogue(str(error))
    return ArrangedRow({"text": PromptText(text)}, fields["output"].strip() or None)


ALPACA_QUERIES = RowLayout("alpaca", "Alpaca", is_alpaca, arrange, COLUMNS)
