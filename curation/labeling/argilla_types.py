"""What goes to Argilla and comes back, without its SDK: dataset, record, response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from winnow.curation.labeling.review_form import FormQuestion


@dataclass(frozen=True)
class DatasetSpec:
    """What a dataset is made of."""

    name: str
    workspace: str
    questions: Sequence[FormQuestion]
    visible: int
    """Options that are shown before the rest is folded."""
    context: str | None
    """The title of the second field, which says what is known about a record; None: there is none."""
    overlap: int
    """People who answer each record."""
    dimensions: int
    """Of the vectors."""


@dataclass(frozen=True)
class ArgillaRecord:
    """One record as people see it."""

    record_id: str
    text: str
    context: str | None
    frequency: int
    """How often it was asked."""
    vector: list[float]
    suggestion: tuple[str, float, str] | None
    """Label, probability and agent."""


@dataclass(frozen=True)
class AnnotatorResponse:
    """What one person said about one record, as it stands."""

    record_id: str
    who: str
    status: str
    """`submitted` or `discarded`."""
    content: dict[str, Any]
    """Question to value."""
    started_at: str
    answered_at: str
    """UTC, ISO 8601 with microseconds."""
