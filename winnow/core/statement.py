"""Names and reasons that people state for a decision."""

from __future__ import annotations

from winnow.core.example import INVISIBLE_LETTERS


def stated(text: str) -> str:
    """A name or reason without the white space around it; empty when it shows neither a letter nor a digit."""
    return text.strip() if any(map(_is_shown, text)) else ""


def _is_shown(character: str) -> bool:
    """Whether a character is a letter or a digit that can be seen."""
    return character.isalnum() and character not in INVISIBLE_LETTERS
