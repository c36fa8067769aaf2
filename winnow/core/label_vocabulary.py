"""What can be wrong with the names of labels."""

from __future__ import annotations

from enum import StrEnum


class LabelFlaw(StrEnum):
    """Why a value may not be the label that was meant."""

    MISSING_WORD = "missing_word"
    """A word for "no value", such as N/A."""
    SEVERAL = "several"
    """A list: several labels, or one in brackets."""
    CASE_TWIN = "case_twin"
    """Differs from another label only in upper and lower case."""
    LOOK_ALIKE = "look_alike"
    """Differs from another label only in spaces, hyphens, accents, an ending or one letter."""
    ONE_ROW = "one_row"
    """Has one row, from which nothing can be learned."""
