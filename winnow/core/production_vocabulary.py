"""The fixed words about comparing two variants of an assistant in production."""

from __future__ import annotations

from enum import StrEnum


class AbUnit(StrEnum):
    """What counts once in a log of two variants."""

    SESSION = "session"
    """All rows of one session or user, which are not independent of each other."""
    REQUEST = "request"
    """One request, by its id."""
    ROW = "row"
    """Every row, where the log names neither sessions nor requests."""


class AbDesign(StrEnum):
    """How the units of a log were assigned to its two variants."""

    PAIRED = "paired"
    """The same units got both variants."""
    INDEPENDENT = "independent"
    """Every unit got one variant."""
