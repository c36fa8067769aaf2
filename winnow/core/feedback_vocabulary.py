"""The fixed words about what a run that calls tools fails at."""

from __future__ import annotations

from enum import StrEnum


class CellKind(StrEnum):
    """What a cell of failing dialogues is about."""

    TOOL = "tool"
    """A tool that is not called, or with wrong arguments."""
    BEHAVIOR = "behavior"
    """A behavior without a call that is not shown."""
    PAIR = "pair"
    """Two tools of which one is called in place of the other."""
    ARGUMENT = "argument"
    """An argument of a tool that is wrong in calls of the right tool."""
