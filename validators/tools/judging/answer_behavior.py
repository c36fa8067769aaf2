"""What one answer does: it calls tools, or it answers, asks, or says that it cannot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from winnow.validators.tools.behavior import TOOL_SEPARATOR, Behavior, derived_label
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn


def expected_behavior(expected: Turn, before: Dialogue, label: str | None) -> str:
    """What the expected answer does: its calls, or its label, or what the rules read in its text."""
    if expected.calls:
        return called_names(expected.calls)
    if not before.tools:
        return Behavior.GENERAL.value
    return label if label in set(Behavior) else text_behavior(expected.content, before)


def called_names(calls: Iterable[Call]) -> str:
    """The names of all called tools, once each, in alphabetical order."""
    return TOOL_SEPARATOR.join(sorted({call.name for call in calls}))


def text_behavior(text: str, before: Dialogue) -> str:
    """What an answer without calls does, as the rules for labels read it; what they only propose counts, too.

    Earlier answers are left aside: they may call tools, and the label of a dialogue names these.
    """
    earlier = tuple(replace(turn, train=False) for turn in before.turns)
    answer = Turn(Role.ASSISTANT, text)
    return str(derived_label(Dialogue((*earlier, answer), before.tools)).label)
