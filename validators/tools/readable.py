"""A dialogue as text for people."""

from __future__ import annotations

import json
from collections.abc import Iterator

from winnow.validators.tools.call_formats.call_json import in_schema_order
from winnow.validators.tools.dialogue import Call, Dialogue, Turn
from winnow.validators.tools.strict_json import write_json

MAX_RESULT_CHARACTERS = 400
"""Longer results of tools are cut: the whole one is in the content of the record."""


def readable(dialogue: Dialogue) -> str:
    """One line per turn and call with who speaks, then the offered tools by name."""
    lines = [line for turn in dialogue.turns for line in _turn_lines(turn, dialogue)]
    offered = ", ".join(tool.name for tool in dialogue.tools) or "none"
    return "\n".join([*lines, f"tools offered: {offered}"])


def _turn_lines(turn: Turn, dialogue: Dialogue) -> Iterator[str]:
    who = turn.role.value + (f" ({turn.call_id})" if turn.call_id else "") + ("" if turn.train else ", not learned")
    if turn.reasoning:
        yield f"{who}, reasoning: {turn.reasoning}"
    if turn.content:
        yield f"{who}: {_shortened(turn.content) if turn.call_id else turn.content}"
    for call in turn.calls:
        yield f"{who}, {call.id}: {call.name}({write_json(in_schema_order(call, dialogue.tools), sort_keys=False)})"
        yield from _alternatives(call)


def _alternatives(call: Call) -> Iterator[str]:
    for name, values in sorted(call.accepted.items()):
        texts = ["left out" if value == "" else json.dumps(value, ensure_ascii=False) for value in values]
        yield f"    also right for {name}: {', '.join(texts)}"
    for other in call.accepted_calls:
        yield f"    also right: {other.name}({json.dumps(other.arguments, ensure_ascii=False)})"


def _shortened(text: str) -> str:
    cut = len(text) - MAX_RESULT_CHARACTERS
    return text if cut <= 0 else f"{text[:MAX_RESULT_CHARACTERS]} … ({cut:,} more characters)"
