"""The fixed words of the service that routes queries."""

from __future__ import annotations

from enum import StrEnum


class ModelState(StrEnum):
    """How much of a run's model was trained for the task."""

    TUNED = "tuned"
    """Its weights, or a part of them, were trained on a release."""
    BASE = "base"
    """A language model as it is, with a prompt."""
    EXTERNAL = "external"
    """Another system, whose predictions were imported."""
