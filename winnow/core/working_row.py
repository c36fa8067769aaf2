"""The working row: a record with everything that is derived about it at one moment."""

from __future__ import annotations

from dataclasses import dataclass, fields

from winnow.core.record import RECORD_CONFIG
from winnow.core.vocabulary import DecidedBy, Origin, Split, State


@dataclass(frozen=True, slots=True)
class WorkingRow:
    """A record with its derived label and state, assigned split, origin and weight."""

    __pydantic_config__ = RECORD_CONFIG

    id: str
    """Record id, 20 hexadecimal digits."""
    content: str
    """Stored form of the example; for intents it equals `text`."""
    text: str
    """What the embedding model reads."""
    fold_key: str
    """Equal for records that differ only in case, width or white space."""
    group: str
    """Id of the group: records of one lineage, which share a split."""
    assigned_split: Split
    """The split that the group was assigned when it was first added."""
    origin: Origin
    """Where its live sources come from; of several origins, the first in the order of the vocabulary."""
    weight: int
    """Occurrences in live sources."""
    state: State
    """What is known about its label."""
    label: str
    """Derived label; empty if it has none."""
    decided_by: DecidedBy
    """Whose decisions gave it the label."""
    candidates: tuple[str, ...]
    """Labels of a disputed record."""
    sources: tuple[str, ...]
    """Ids of the live sources that contain it."""
    licenses: tuple[str, ...]
    """Licenses of these sources, sorted."""
    superseded_by: tuple[str, ...] = ()
    """Ids of the corrected records that supersede it; empty if none does."""
    supersedes: tuple[str, ...] = ()
    """Ids of the records that it supersedes, directly or through other corrections."""
    origin_models: tuple[str, ...] = ()
    """Models that wrote it, as its live sources state it, sorted; empty if none states one."""


LICENSE_SEPARATOR = "; "
"""Between the licenses of a record that occurs in several sources, where they are written as one text."""

MODEL_SEPARATOR = "; "
"""Between the models that wrote a record, where they are written as one text."""

WORKING_COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(WorkingRow))
"""The columns of the working table."""

ENUMERATED_COLUMNS = ("assigned_split", "origin", "state", "decided_by")
"""Columns with values of the vocabulary; the working table has plain strings in them."""
