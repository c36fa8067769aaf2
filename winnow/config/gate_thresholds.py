"""The thresholds of the gates, and their defaults."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from winnow.config.section import Count, LoosenableSection, Number, Share, TaskSection

Cosine = Annotated[Number, Field(ge=0.5, le=1)]


class DuplicatesThresholds(LoosenableSection):
    """Dedup may not remove an unreasonable share of train: a large share indicates copied data."""

    cosine: Cosine = 0.97
    """Minimum similarity at which two train records with the same label are duplicates."""
    share_max: Share = 0.20
    """Maximum share of train records that may be duplicates, 0 to 1."""
    label_share_max: Share = 0.50
    """Maximum share of the train records of one label that may be duplicates, 0 to 1."""


class LeakageThresholds(LoosenableSection):
    """Train may not lose an unreasonable share of its records because they repeat hold-out rows."""

    cosine: Cosine = 0.97
    """Minimum similarity, with numbers and slot values masked, at which a train record repeats a hold-out row."""
    share_max: Share = 0.10
    """Maximum share of train records that may repeat hold-out rows, 0 to 1."""
    label_share_max: Share = 0.25
    """Maximum share of the train records of one label that may repeat hold-out rows, 0 to 1."""


class DisputedThresholds(LoosenableSection):
    """People or files must agree."""

    share_max: Share = 0.02
    """Maximum share of disputed records among all labeled or disputed records."""


class MinimumPerLabelThresholds(LoosenableSection):
    """Every label must have enough train rows to learn from."""

    train_rows: Annotated[Count, Field(ge=0)] = 10
    """Minimum number of train rows of each label."""


class FacetMarginalsThresholds(LoosenableSection):
    """If the examples of a label are all worded alike, a model may learn the wording instead of the meaning.

    It warns, and fails only where labels miss the shares that `targets.facets` asks for.
    """

    share_max: Share = 0.95
    """Maximum share of a label's train rows that have the same phrasing or the same length band."""
    labels_share_max: Share = 0.10
    """Share of labels that exceed `share_max` (above it, a warning) or miss `targets.facets` (above it, a failure)."""


class TrafficCoverageThresholds(LoosenableSection):
    """Train must have the labels of what users ask."""

    share_min: Share = 0.80
    """Minimum share of unlabeled log queries that train covers, weighted by the frequency of each query."""


class LabelAccuracyThresholds(LoosenableSection):
    """Labels that came with files must be right, as far as they were audited."""

    lower_bound_min: Share = 0.95
    """Minimum of the lower end of the 95 % interval of the share of audited labels that are right."""


class LabelBalanceThresholds(LoosenableSection):
    """A label that is far larger than another one is a warning: it may be as frequent in traffic."""

    ratio_max: Annotated[Number, Field(ge=1)] = 10.0
    """Ratio of the largest to the smallest label in train, excluding the fallback, above which the gate warns."""


class AnswerStyleThresholds(LoosenableSection):
    """For `kind: tools`: answers with calls must be written alike, or a model learns to mix forms."""

    share_min: Share = 0.80
    """Minimum share of the train answers with calls whose prose has the most frequent form: how many sentences stand
    before the calls, and how they end."""


class GateThresholds(TaskSection):
    """Thresholds of the gates. Sound data passes every default."""

    duplicates: DuplicatesThresholds = DuplicatesThresholds()
    """Of the gate on duplicates in train."""
    leakage: LeakageThresholds = LeakageThresholds()
    """Of the gate on train records that repeat hold-out rows."""
    disputed: DisputedThresholds = DisputedThresholds()
    """Of the gate on disputed records."""
    label_accuracy: LabelAccuracyThresholds = LabelAccuracyThresholds()
    """Of the gate on audited labels from files."""
    minimum_per_label: MinimumPerLabelThresholds = MinimumPerLabelThresholds()
    """Of the gate on train rows per label."""
    label_balance: LabelBalanceThresholds = LabelBalanceThresholds()
    """Of the gate on the balance of labels in train."""
    facet_marginals: FacetMarginalsThresholds = FacetMarginalsThresholds()
    """Of the gate on uniform wording."""
    traffic_coverage: TrafficCoverageThresholds = TrafficCoverageThresholds()
    """Of the gate on queries of users that train does not cover."""
    answer_style: AnswerStyleThresholds = AnswerStyleThresholds()
    """Of the gate on answers that are written alike, for `kind: tools`."""
