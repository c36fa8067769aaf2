"""What a dialect declares, and what reading a dialogue gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from winnow.validators.tools.dialogue import Turn

Message = Mapping[str, Any]
"""One message as a file holds it."""


class PairedBy(StrEnum):
    """How the source said which result belongs to which call."""

    ID = "id"
    ORDER = "order"


class DialogueError(ValueError):
    """Why messages are not a dialogue: every problem, in words for a message."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class SourceDialogue:
    """A dialogue as one file showed it."""

    turns: tuple[Turn, ...]
    system: str = ""
    """The source's own system prompt; it is not part of the dialogue."""
    raw_calls: tuple[str, ...] = ()
    """The text of the arguments of every call as the source has it, in order."""
    paired_by: PairedBy = PairedBy.ID
    """How the results were paired with their calls."""
    tools: object = None
    """The tools that the messages themselves declare, as a system prompt may; None if they declare none."""


@dataclass(frozen=True)
class Dialect:
    """One form in which files hold dialogues."""

    name: str
    title: str
    """What it is called in a message."""
    recognizes: Callable[[Sequence[Message]], bool]
    """Whether messages have this form; at least one message is there."""
    read: Callable[[Sequence[Message]], SourceDialogue]
    """The dialogue. Raises DialogueError with every problem."""
