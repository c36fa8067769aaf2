"""Measured label accuracy in figures: the form that reports and the manifest show."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.core.record import Record

NOT_AUDITED = f"the labels of the release were not audited; run {command('push audit')}"

Interval = tuple[float, float]
"""Lower and upper end of a 95 % interval."""


class OriginAccuracyFacts(Record):
    """The accuracy of the audited labels of one origin."""

    value: float
    """Share of audited records whose label was right, 0 to 1."""
    interval: Interval
    """Wilson score interval of the share, 95 %."""
    count: int
    """Sample size, the same as `audited`."""

    right: int
    """Audited records whose label was right."""
    audited: int
    """Audited records that people labeled or left out."""


class LabelAccuracyFacts(Record):
    """The accuracy of the labels from files, measured by the audit queue."""

    accuracy: float
    """Share of audited records whose label was right, 0 to 1."""
    interval: Interval
    """Wilson score interval of the accuracy, 95 %."""
    right: int
    """Audited records whose label was right."""
    audited: int
    """Audited records that people labeled or left out."""
    unsure: int
    """Audited records for which nobody could choose a label."""
    by_origin: dict[str, OriginAccuracyFacts]
    """Accuracy by origin."""
