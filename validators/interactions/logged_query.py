"""An interaction as a row of an intent task: the task is the query, and a correction or the output names its label."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.core.interaction_line import CorrectionKey, InteractionLine
from winnow.core.interaction_vocabulary import InteractionDrop
from winnow.validators.interactions.judge_interaction import NO_CORRECTIONS
from winnow.validators.interactions.logged_task import task_text
from winnow.validators.row_layout import ArrangedRow, RowRequest
from winnow.validators.text import Drop

LABEL_KEYS = (CorrectionKey.LABEL.value, "intent")
"""Keys of an object that names a label, the likeliest first."""


def query_row(line: InteractionLine, request: RowRequest) -> ArrangedRow | Drop:
    """The query with the label that a person gave, else with that of the output if it names one.

    A correction that names no label of the task is refused where labels are checked.
    """
    text = request.stored or task_text(line)
    if isinstance(text, Drop):
        return text
    corrections = line.feedback.corrections if line.feedback else None
    if corrections in NO_CORRECTIONS:
        named = _named_label(line.output)
        return ArrangedRow({"text": text}, named if named in request.labels else None)
    label = _named_label(corrections)
    if label is None:
        return Drop(InteractionDrop.MALFORMED, f"corrections: {str(corrections)[:60]!r}, expected the name of a label")
    return ArrangedRow({"text": text}, label)


def _named_label(value: object) -> str | None:
    """The label that a value names: a text, or an object with a label."""
    if isinstance(value, Mapping):
        value = next((value[key] for key in LABEL_KEYS if key in value), None)
    return value.strip() or None if isinstance(value, str) else None
