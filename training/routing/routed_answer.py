"""One routed query: what a router answers, and what decided it."""

from __future__ import annotations

from winnow.core.record import Record
from winnow.core.routing_vocabulary import RoutedBy


class LabelProbability(Record):
    """A label and how likely a model finds it."""

    label: str
    """Name of the label."""
    probability: float
    """Calibrated probability, 0 to 1."""


class RoutedAnswer(Record):
    """The answer to one query."""

    label: str | None
    """The label that leaves the router; null when nothing was confident and the task has no fallback label."""
    route: str | None
    """The route of the label; null for a label without one."""
    confidence: float
    """Calibrated probability of the most likely label of the model that decided, or was asked last, 0 to 1."""
    decided_by: RoutedBy
    """What decided the label."""
    run: str
    """Id of the run that decided, or was asked last; the first run where a rule decided."""
    top: list[LabelProbability]
    """The most likely labels of that run, the most likely first."""
