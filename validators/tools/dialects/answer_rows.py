"""What `export --format trl` writes: a row per learned answer, of which the last one holds the whole dialogue."""

from __future__ import annotations

from winnow.core.vocabulary import DropReason
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout
from winnow.validators.text import Drop

COLUMNS = frozenset({"id", "prompt", "completion", "tools", "offered_tools", "answer", "answers"})


def recognizes(fields: Fields) -> bool:
    """Whether a row has a prompt, its completion, and the number of the answer among those of its dialogue."""
    parts = all(isinstance(fields.get(name), list) for name in ("prompt", "completion"))
    return parts and all(isinstance(fields.get(name), int) for name in ("answer", "answers"))


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The messages of the row of the last answer. Other rows are dropped: the dialogue is in that one."""
    number, answers = fields["answer"], fields["answers"]
    if number != answers:
        found = f"answer {number} of {answers} of {fields.get('id')}"
        detail = f"{found}; the row of the last answer has all of it"
        return Drop(DropReason.PART_OF_DIALOGUE, detail)
    tools = fields.get("offered_tools")
    messages = [*fields["prompt"], *fields["completion"]]
    return ArrangedRow({"messages": messages, "tools": fields.get("tools") if tools is None else tools})


ANSWER_ROWS = RowLayout("answers", "answers as `export` writes them for TRL", recognizes, arrange, COLUMNS)
