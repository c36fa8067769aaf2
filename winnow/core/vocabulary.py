"""Every fixed set of values, defined once: splits, origins, states, facets.

Queues are defined in curation/labeling/queues.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

State = Literal["unlabeled", "proposed", "labeled", "disputed", "rejected", "superseded"]

STATES: tuple[State, ...] = ("unlabeled", "proposed", "labeled", "disputed", "rejected", "superseded")

SPLITS = ("train", "validation", "test")

HOLD_OUT_SPLITS = ("test", "validation")


class DatasetKind(StrEnum):
    """The purpose of an Argilla dataset of a queue."""

    OPEN = "open"
    BLIND = "blind"
    """Part of the sample of a review, shown without the proposed label."""
    SUSPECTED = "suspected"
    """Suspected label errors outside the sample of a lot."""


class AcquisitionStrategy(StrEnum):
    """How the next unlabeled queries for people to label are selected."""

    RANDOM = "random"
    UNCERTAINTY = "uncertainty"
    DIVERSE = "diverse"
    MIXED = "mixed"
    """Diverse, weighted by uncertainty."""
    FEEDBACK = "feedback"
    """Diverse, weighted by how much labeling a query helps to separate the labels that a run confuses."""


BUILT_IN_FACETS = {
    "phrasing": ("question", "fragment", "casual", "formal"),
    "length": ("short", "medium", "long"),
    "noise": ("clean", "typo", "shouting", "stretched"),
}
"""The facets of every task, and their values."""

ORIGINS = ("human", "log", "public", "synthetic")
