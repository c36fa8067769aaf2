"""What to do about two labels that overlap."""

from __future__ import annotations

from enum import StrEnum


class OverlapAdvice(StrEnum):
    """What to do about two labels that overlap."""

    MERGE = "merge"
    SHARPEN = "sharpen the definition"
    CONTRAST = "write contrasts"
    NOT_MEASURED = "not measured"
    """One of the labels has too few records for a share, or the labels carry no signal at all."""
