"""Names and reasons that people state for a decision."""

from __future__ import annotations

from winnow.core.errors import Parameter, Problem
from winnow.core.example import INVISIBLE_LETTERS


def stated(text: str) -> str:
    """A name or reason without the white space around it; empty when it shows neither a letter nor a digit."""
    return text.strip() if any(map(_is_shown, text)) else ""


def statement_problems(*, by: str, reason: str) -> list[Problem]:
    """The problems of the parameters `by` and `reason` of a decision: neither may be empty or invisible."""
    return [
        Problem(Parameter(name), "empty", expected, "state it in letters or digits that can be read")
        for name, value, expected in (("by", by, "a name"), ("reason", reason, "a reason"))
        if not stated(value)
    ]


def _is_shown(character: str) -> bool:
    """Whether a character is a letter or a digit that can be seen."""
    return character.isalnum() and character not in INVISIBLE_LETTERS
