"""The fixed words about routed queries."""

from __future__ import annotations

from enum import StrEnum


class RoutedBy(StrEnum):
    """What decided the label of a routed query."""

    MODEL = "model"
    """A run whose calibrated confidence reached its threshold."""
    RULES = "rules"
    """A rule of the second stage."""
    FALLBACK = "fallback"
    """Nothing was confident enough: the label is that of the task's fallback, or none where the task has none."""
