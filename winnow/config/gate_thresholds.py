"""The thresholds of the gates, and their defaults."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from winnow.config.section import Share, TaskSection

Cosine = Annotated[float, Field(ge=0.5, le=1)]


class DuplicatesThresholds(TaskSection):
    """Train may not lose an unreasonable share to dedup; what it loses is a sign of copied data."""

    cosine: Cosine = 0.97
    """Same-label train records at least this similar repeat each other."""
    share_max: Share = 0.20
    label_share_max: Share = 0.50


class LeakageThresholds(TaskSection):
    """Train may not lose an unreasonable share because it repeats hold-out rows."""

    cosine: Cosine = 0.97
    """A train record at least this similar to a hold-out row, numbers and slot values masked, repeats it."""
    share_max: Share = 0.10
    label_share_max: Share = 0.25


class DisputedThresholds(TaskSection):
    """People or files must agree."""

    share_max: Share = 0.02
    """Disputed records, of all records with a label or a dispute."""


class MinimumPerLabelThresholds(TaskSection):
    """Every label must have enough to learn from."""

    train_rows: Annotated[int, Field(ge=0)] = 10


class FacetMarginalsThresholds(TaskSection):
    """A label that is always worded alike teaches the wording, not the meaning."""

    share_max: Share = 0.95
    """What one phrasing or one length band may have of a label's train rows."""
    labels_share_max: Share = 0.10
    """Labels that may be more one-sided than that, or short of `targets.facets`."""


class TrafficCoverageThresholds(TaskSection):
    """What users ask must be near something that train holds."""

    share_min: Share = 0.70
    """Unlabeled log queries with a near train record, weighted by how often each was seen."""


class LabelBalanceThresholds(TaskSection):
    """No label may drown another one."""

    ratio_max: Annotated[float, Field(ge=1)] = 10.0
    """Largest to smallest label in train, the fallback left out."""


class GateThresholds(TaskSection):
    """Thresholds. Every default is one that healthy data passes."""

    duplicates: DuplicatesThresholds = DuplicatesThresholds()
    leakage: LeakageThresholds = LeakageThresholds()
    disputed: DisputedThresholds = DisputedThresholds()
    minimum_per_label: MinimumPerLabelThresholds = MinimumPerLabelThresholds()
    label_balance: LabelBalanceThresholds = LabelBalanceThresholds()
    facet_marginals: FacetMarginalsThresholds = FacetMarginalsThresholds()
    traffic_coverage: TrafficCoverageThresholds = TrafficCoverageThresholds()
