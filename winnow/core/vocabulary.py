"""Every fixed list of words, written once: splits, origins, states, facets.

Queues are listed in curation/labeling/queues.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

State = Literal["unlabeled", "proposed", "labeled", "disputed", "rejected", "superseded"]

STATES: tuple[State, ...] = ("unlabeled", "proposed", "labeled", "disputed", "rejected", "superseded")

SPLITS = ("train", "validation", "test")

HOLD_OUT_SPLITS = ("test", "validation")


class DatasetKind(StrEnum):
    """What an Argilla dataset of a queue is for."""

    OPEN = "open"
    BLIND = "blind"
    """A share of a review's sample, shown without the proposed label."""
    SUSPECTED = "suspected"
    """Suspected label errors outside the sample of a lot."""


class AcquisitionStrategy(StrEnum):
    """How the unlabeled queries that people label next are chosen."""

    RANDOM = "random"
    UNCERTAINTY = "uncertainty"
    DIVERSE = "diverse"
    MIXED = "mixed"
    """Diverse, weighted by uncertainty."""
    FEEDBACK = "feedback"
    """Diverse, weighted by how much a label helps to separate the labels that a run confuses."""


BUILT_IN_FACETS = {
    "phrasing": ("question", "fragment", "casual", "formal"),
    "length": ("short", "medium", "long"),
    "noise": ("clean", "typo", "shouting", "stretched"),
}
"""The facets that every task has, and their values."""

ORIGINS = ("human", "log", "public", "synthetic")
