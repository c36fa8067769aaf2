"""The fixed values about interactions that `add` reads from logs."""

from __future__ import annotations

from enum import StrEnum


class FailurePolicy(StrEnum):
    """What becomes of an interaction that failed and that nobody corrected."""

    DROP = "drop"
    """It is dropped with the reason."""
    NEGATIVE = "negative"
    """It is kept as a rejected record, and failed calls stay before their correction as context."""


class Judgment(StrEnum):
    """What the result and the feedback of an interaction say about its answer."""

    GOOD = "good"
    CORRECTED = "corrected"
    """A person gave the right answer."""
    FAILED = "failed"
    UNRATED = "unrated"
    """Nothing says that it is right or wrong."""


class InteractionDrop(StrEnum):
    """Why a line of an interaction log is not taken, besides the reasons of every row."""

    MALFORMED = "malformed_interaction"
    """It is not of the form of a line, or nothing in it can be an example of this kind of task."""
    FAILED = "interaction_failed"
    """Its answer failed, and the policy says to drop it."""
    UNKNOWN = "interaction_unknown"
    """A result or feedback about an interaction that was not read yet."""
    OTHER_AGENT = "interaction_of_other_agent"
    """The task reads the interactions of other agents only."""
    CHANGED = "interaction_changed"
    """An interaction with this id has another content."""
