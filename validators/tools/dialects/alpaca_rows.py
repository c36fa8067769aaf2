"""Alpaca: an `instruction` with its `input` and `output`, and earlier turns in `history`."""

from __future__ import annotations

from typing import Any

from winnow.validators.alpaca_text import instruction_text, is_alpaca
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop
from winnow.validators.tools.call_formats.hermes_tags import OPENING
from winnow.validators.tools.dialects.answer_text import AnswerTextError, answer_message
from winnow.validators.tools.dialects.system_rows import with_system
from winnow.validators.tools.dialects.written_results import RESULT_GAP
from winnow.validators.tools.strict_json import JsonError, read_cell

RESULT_TAGS = ("<tool_response>\n", "\n</tool_response>")
"""Around what tools returned to the calls of the answer before."""

COLUMNS = frozenset({"instruction", "input", "output", "history", "system", "tools"})


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The history, the instruction with its input, and the output as turns."""
    try:
        history = _history(fields.get("history"))
        asked = instruction_text(fields)
        pairs = [*history, [asked, fields["output"]]]
        messages = with_system(fields.get("system"), _messages(pairs))
    except ValueError as error:
        return malformed_dialogue(str(error))
    return ArrangedRow({"messages": messages, "tools": fields.get("tools")})


def _history(given: object) -> list[list[str]]:
    """Pairs of what the user said and what was answered. Raises ValueError for anything else."""
    try:
        pairs = read_cell(given or [])
    except JsonError as error:
        raise ValueError(f"the history is {error}") from None
    if not isinstance(pairs, list) or not all(map(_is_pair, pairs)):
        raise ValueError("the history is not a list of pairs of texts: what the user said, and the answer")
    return pairs


def _is_pair(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)


def _messages(pairs: list[list[str]]) -> list[dict[str, Any]]:
    """What was said and answered; after calls, texts in tags are their results, in order."""
    messages: list[dict[str, Any]] = []
    for asked, answered in pairs:
        messages += _results(asked) if _is_open(messages) else [{"role": "user", "content": asked}]
        messages.append(_answer(answered))
    return messages


def _is_open(messages: list[dict[str, Any]]) -> bool:
    """Whether the last answer has calls; those in tags are read later."""
    return bool(messages) and bool(messages[-1].get("tool_calls") or OPENING in messages[-1]["content"])


def _results(asked: str) -> list[dict[str, Any]]:
    """The results of a text of the user; the text itself where it is not wholly in tags."""
    before, after = RESULT_TAGS
    if not (asked.startswith(before) and asked.endswith(after)):
        return [{"role": "user", "content": asked}]
    return [{"role": "tool", "content": one} for one in asked[len(before) : -len(after)].split(RESULT_GAP)]


def _answer(text: str) -> dict[str, Any]:
    try:
        return answer_message(text)
    except AnswerTextError as error:
        raise ValueError(f"the output: {error}") from None


ALPACA = RowLayout("alpaca", "Alpaca", is_alpaca, arrange, COLUMNS)
