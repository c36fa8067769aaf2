"""Names and reasons that people state for a decision."""

from __future__ import annotations

import unicodedata

from winnow.core.errors import Parameter, Problem
from winnow.core.example import INVISIBLE_LETTERS

CONTROLS = ("Cc", "Cs", "Zl", "Zp")
"""Categories of characters that no statement has: control characters, line breaks too, and halves of characters."""

TURNED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of the text that follows."""


def stated(text: str) -> str:
    """A name or reason without the white space around it; empty when it shows neither a letter nor a digit."""
    return text.strip() if any(map(_is_shown, text)) else ""


def statement_problems(*, by: str, reason: str) -> list[Problem]:
    """The problems of the parameters `by` and `reason` of a decision.

    Neither may be empty or invisible, nor hold characters that change how the text around it is shown.
    """
    given = (("by", by, "a name"), ("reason", reason, "a reason"))
    return [problem for name, text, expected in given if (problem := _problem_of(name, text, expected))]


def _problem_of(name: str, text: str, expected: str) -> Problem | None:
    if not stated(text):
        return Problem(Parameter(name), "empty", expected, "state it in letters or digits that can be read")
    hidden = next((character for character in stated(text) if _is_control(character)), None)
    if hidden is None:
        return None
    found = f"the character U+{ord(hidden):04X}, which changes how text is shown"
    return Problem(Parameter(name), found, f"{expected} on one line", "remove it")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in CONTROLS or character in TURNED


def _is_shown(character: str) -> bool:
    """Whether a character is a letter or a digit that can be seen."""
    return character.isalnum() and character not in INVISIBLE_LETTERS
