"""The fixed words about what an evaluation beside the splits finds: forgetting, suites, variants of a prompt."""

from __future__ import annotations

from enum import StrEnum


class ForgettingVerdict(StrEnum):
    """What a run lost on general instructions, compared with its base model."""

    DEGRADES = "degrades"
    """A loss is shown, and it is larger than the margin."""
    NO_MEASURED_CHANGE = "no measured change"
    """Any loss is smaller than the margin."""
    NOT_ENOUGH_EVIDENCE = "not enough evidence"
    """Neither is shown."""
