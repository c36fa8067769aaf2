"""Alpaca: an `instruction` with its `input` and `output`, and earlier turns in `history`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from winnow.core.vocabulary import DropReason
from winnow.validators.alpaca_text import instruction_text
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout
from winnow.validators.text import Drop
from winnow.validators.tools.dialects.answer_text import AnswerTextError, answer_message
from winnow.validators.tools.dialects.system_rows import with_system
from winnow.validators.tools.strict_json import JsonError, read_json

COLUMNS = frozenset({"instruction", "input", "output", "history", "system", "tools"})


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The history, the instruction with its input, and the output as turns."""
    try:
        history = _history(fields.get("history"))
        asked = instruction_text(fields)
        pairs = [*history, [asked, fields["output"]]]
        messages = with_system(fields.get("system"), [turn for pair in pairs for turn in _turns(*pair)])
    except ValueError as error:
        return Drop(DropReason.MALFORMED_DIALOGUE, str(error))
    return ArrangedRow({"messages": messages, "tools": fields.get("tools")})


def _history(given: object) -> list[list[str]]:
    """Pairs of what the user said and what was answered. Raises ValueError for anything else."""
    try:
        pairs: Any = read_json(given) if isinstance(given, str) and given else given or []
    except JsonError as error:
        raise ValueError(f"the history is {error}") from None
    if not isinstance(pairs, list) or not all(map(_is_pair, pairs)):
        raise ValueError("the history is no list of pairs of texts: what the user said, and the answer")
    return pairs


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)


def _turns(asked: str, answered: str) -> Iterator[dict[str, Any]]:
    yield {"role": "user", "content": asked}
    try:
        yield answer_message(answered)
    except AnswerTextError as error:
        raise ValueError(f"the output: {error}") from None


def _recognizes(fields: Fields) -> bool:
    return fields.get("instruction") is not None and isinstance(fields.get("output"), str)


ALPACA = RowLayout("alpaca", "Alpaca", _recognizes, arrange, COLUMNS)
