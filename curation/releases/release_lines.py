"""The lines of the JSON Lines files of a release: rows, exclusions and must-pass cases."""

from __future__ import annotations

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from winnow.core.record import RECORD_CONFIG, Record
from winnow.core.vocabulary import DecidedBy, ExclusionReason, Origin, Split


class ReleaseRow(Record):
    """A row of `jsonl/SPLIT.jsonl`. Further fields, such as `text`, hold the content in the columns of the kind."""

    model_config = ConfigDict(extra="allow")

    id: str
    """Hash of the record's content."""
    label: str
    """The class, by its name."""
    route: str
    """Where queries with this label are routed; empty if not set."""
    split: Split
    """train, validation or test."""
    origin: Origin
    """human, log, public or synthetic."""
    group: str
    """Records of one lineage share a group; no group spans two splits."""
    facets: list[str]
    """Properties of the wording, as name:value."""
    weight: int
    """Frequency of the record in its sources."""
    decided_by: DecidedBy
    """Whose decisions gave the record its label."""
    license: str
    """License of its sources; several are separated by `; `."""
    origin_model: str = ""
    """Models that wrote it, as its sources state it, separated by `; `; empty if none is stated."""


class ExclusionLine(Record):
    """A line of `excluded.jsonl`: a record that is not exported, without its text."""

    id: str
    """Record id."""
    reason: ExclusionReason
    """Why it is not exported."""
    kept_id: str | None = None
    """The record that it repeats, or whose group is full; absent for other reasons."""
    similarity: float | None = None
    """Cosine of the two, -1 to 1; absent where none was measured."""
    assigned_split: Split | None = None
    """The split that the record was assigned to; absent in releases from before it was written."""
    weight: int = 1
    """Frequency of the record in its sources."""


@dataclass(frozen=True, config=RECORD_CONFIG)
class MustPassCase:
    """A line of `must_pass.jsonl`: a query that every model must answer correctly."""

    id: str
    """The id of the record with this text, whether or not it exists."""
    text: str
    """The query, as a model reads it."""
    label: str
    """The correct label."""
