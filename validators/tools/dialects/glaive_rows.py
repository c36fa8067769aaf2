"""glaive function calling v2: the whole dialogue in the text `chat`, and its tools in the text `system`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop
from winnow.validators.tools.dialects.sharegpt import END_OF_TEXT

COLUMNS = frozenset({"chat", "system"})

_MARK = re.compile(r"^(USER|ASSISTANT|FUNCTION RESPONSE):[ \t]*", re.MULTILINE)

_MARK_IN_LINE = re.compile(r"(?:^|(?<=\s))(USER|ASSISTANT|FUNCTION RESPONSE):[ \t]*")
"""The same in files that write a whole dialogue on one line."""

_SPEAKERS = {"USER": "human", "ASSISTANT": "gpt", "FUNCTION RESPONSE": "function_response"}


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The parts of the text as messages."""
    chat = fields["chat"]
    marked = (_MARK if len(_MARK.findall(chat)) > 1 else _MARK_IN_LINE).split(chat)
    spoken = list(zip(marked[1::2], marked[2::2], strict=True))
    problems = [*_outside(marked[0], spoken), *_unfinished(spoken)]
    if problems:
        return malformed_dialogue("; ".join(problems))
    system = str(fields.get("system") or "").strip().removeprefix("SYSTEM:").strip()
    messages = [{"from": "system", "value": system}] if system else []
    messages += [{"from": _SPEAKERS[speaker], "value": _without_end(text)} for speaker, text in spoken]
    return ArrangedRow({"messages": messages, "tools": None})


def _without_end(text: str) -> str:
    return text.strip().removesuffix(END_OF_TEXT).strip()


def _outside(before: str, spoken: list[tuple[str, str]]) -> Iterator[str]:
    if before.strip() or not spoken:
        yield f"the chat begins with {before.strip()[:40]!r}, expected 'USER:'"


def _unfinished(spoken: list[tuple[str, str]]) -> Iterator[str]:
    """Answers without their end: cut off, or parted by a line that only looks like the next speaker."""
    for number, (speaker, text) in enumerate(spoken, 1):
        if speaker == "ASSISTANT" and not text.strip().endswith(END_OF_TEXT):
            yield f"part {number}: the answer does not end with {END_OF_TEXT!r}, so it is cut off or parted wrongly"
        elif END_OF_TEXT in _without_end(text):
            yield f"part {number}: {END_OF_TEXT!r} before the end of what {speaker} says"


GLAIVE_ROWS = RowLayout(
    "glaive_rows", "glaive v2 with `chat`", lambda fields: isinstance(fields.get("chat"), str), arrange, COLUMNS
)
