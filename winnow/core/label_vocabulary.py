"""What can be wrong with labels."""

from __future__ import annotations

from enum import StrEnum


class LabelFlaw(StrEnum):
    """Why labels may not be those that were meant, in the order in which findings are shown."""

    BLANK = "blank"
    """Rows without a label in a file or a task in which others have one."""
    MISSING_WORD = "missing_word"
    """A word for "no value", such as N/A."""
    SEVERAL = "several"
    """A list: several labels, or one in brackets."""
    CASE_TWIN = "case_twin"
    """Differs from another label only in upper and lower case."""
    LOOK_ALIKE = "look_alike"
    """Differs from another label only in spaces, hyphens, accents, or characters that look alike."""
    PLURAL = "plural"
    """Differs from another label only in singular and plural."""
    ONE_LETTER = "one_letter"
    """Differs from another label in one letter of a longer word."""
    TWO_LEVELS = "two_levels"
    """Names such as `alarm/set`."""
    ONE_ROW = "one_row"
    """Has one row, from which nothing can be learned."""
