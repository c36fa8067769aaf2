"""Answers that a file spreads over several messages, put together as turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from winnow.validators.tools.dialects.dialogue_builder import SourceCall


@dataclass(frozen=True)
class AnswerPart:
    """What one message holds of an answer of the assistant."""

    number: int
    """The number of the message."""
    text: str = ""
    calls: tuple[SourceCall, ...] = ()
    reasoning: str = ""
    train: bool = True


def joined_parts(parts: Sequence[AnswerPart], *, before_result: bool) -> list[AnswerPart]:
    """The parts with those put together that are one turn: reasoning, then text, then calls, and calls side by side.

    Text after calls belongs to their turn only if results follow. What cannot be one turn stays apart, and the check
    of the order of turns names it.
    """
    turns: list[AnswerPart] = []
    for part in parts:
        before = turns[-1] if turns else None
        if before and _are_one_turn(before, part, before_result=before_result):
            turns[-1] = replace(
                before,
                text=before.text or part.text,
                calls=(*before.calls, *part.calls),
                reasoning=before.reasoning or part.reasoning,
            )
        else:
            turns.append(part)
    return turns


def _are_one_turn(before: AnswerPart, part: AnswerPart, *, before_result: bool) -> bool:
    if before.train != part.train or (part.reasoning and _says_something(before)):
        return False
    if not before.text.strip() and not before.calls:
        return bool(before.reasoning)
    if not part.text.strip():
        return bool(part.calls)
    return before_result and not before.text.strip()


def _says_something(part: AnswerPart) -> bool:
    return bool(part.text.strip() or part.calls or part.reasoning)
