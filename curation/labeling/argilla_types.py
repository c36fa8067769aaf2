"""What goes to Argilla and comes back, without its SDK: dataset, record, response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from winnow.curation.labeling.review_form import FormQuestion


@dataclass(frozen=True)
class DatasetSpec:
    """A dataset to create."""

    name: str
    workspace: str
    """The Argilla workspace."""
    owner: str
    """Id of the Winnow workspace that it belongs to."""
    questions: Sequence[FormQuestion]
    visible: int
    """Label options that are shown before the rest is folded."""
    text_title: str
    """Title of the first field, which shows the example."""
    is_markdown: bool
    """Whether that field is rendered as Markdown."""
    context_title: str | None
    """Title of the second field, which shows a record's context; None: there is none."""
    overlap: int
    """Annotators who respond to each record."""
    dimensions: int
    """Of the vectors."""


@dataclass(frozen=True)
class ServerDataset:
    """A dataset as it is on an Argilla server."""

    id: str
    name: str
    argilla_workspace_id: str
    """Argilla's id of the Argilla workspace that it is in."""
    owner: str | None
    """Id of the Winnow workspace that created it; None for one of an earlier version or of another tool."""
    ready: bool
    """Whether it was published: one whose creation was interrupted is not, and nobody has seen it."""
    last_activity_at: str | None
    """Time of the last response, UTC; None before the first."""


@dataclass(frozen=True)
class ArgillaRecord:
    """One record as annotators see it."""

    record_id: str
    text: str
    """The content as the form of its kind shows it."""
    words: int
    """Words of the text that stands for it."""
    context: str | None
    earlier_turns: str | None
    """What was written before it in the same session."""
    frequency: int
    """Its number of occurrences."""
    vector: list[float]
    suggestion: tuple[str | list[str], float, str] | None
    """Label, or labels where several may be chosen; probability and agent."""


@dataclass(frozen=True)
class AnnotatorResponse:
    """One annotator's current response to one record."""

    record_id: str
    who: str
    status: str
    """`submitted` or `discarded`."""
    content: dict[str, Any]
    """Question to value."""
    started_at: str
    answered_at: str
    """UTC, ISO 8601 with microseconds."""
    response_id: str = ""
    """Argilla's id of the response; empty if it is not from a server."""
