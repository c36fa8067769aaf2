"""The judgment of one answer of a model: the levels that it passes, and every error with its type."""

from __future__ import annotations

from dataclasses import dataclass

from winnow.core.answer_vocabulary import AnswerErrorType, AnswerLevel

LEVELS = tuple(AnswerLevel)
"""The levels, in order."""


@dataclass(frozen=True)
class FoundError:
    """One thing that is wrong with an answer, and where."""

    name: AnswerErrorType
    detail: str
    """In words, with what was found and what was expected."""
    tool: str = ""
    """The tool of the call that it is about; of the expected call, where one is missing or has another tool."""
    argument: str = ""
    """The argument that it is about."""


@dataclass(frozen=True)
class AnswerJudgment:
    """One answer, compared with the expected one."""

    passed: int
    """How many levels it passes, 0 to 6, in the order of LEVELS."""
    errors: tuple[FoundError, ...]
    """Everything that is wrong; empty only if every level is passed."""
    expected: str
    """The expected behavior: tools joined by `+` in alphabetical order, or `direct`, `ask`, `unable` or `general`."""
    behavior: str
    """The behavior of the answer, in the same words; `malformed` where the call format cannot read it, or it is empty.

    A call that is accepted in place of the expected one counts as the expected behavior.
    """
    matched_arguments: int = 0
    """Expected arguments that the answer has with an accepted value."""
    expected_arguments: int = 0
    """Arguments of the expected calls that may not be left out."""

    @property
    def is_right(self) -> bool:
        """Whether it passes every level."""
        return self.passed == len(LEVELS)

    def passes(self, level: AnswerLevel) -> bool:
        """Whether it passes a level, and so all before it."""
        return self.passed > LEVELS.index(level)
