"""A record that a queue may show, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winnow.core.vocabulary import DatasetKind
from winnow.core.working_row import WorkingRow

WorkingRows = Sequence[WorkingRow]


@dataclass(frozen=True)
class QueueCandidate:
    """A record that a queue may show."""

    record_id: str
    content: str
    """In the canonical form of its kind."""
    text: str
    """The text that stands for the content."""
    weight: int
    """Its number of occurrences."""
    assigned_split: str
    label_at_push: str | None = None
    """Its current label, which responses are compared with."""
    context: str | None = None
    """What is shown below the text."""
    kind: DatasetKind = DatasetKind.OPEN
    quoted_ids: tuple[str, ...] = ()
    """Other records whose texts the context or the earlier turns quote."""
    earlier_turns: str | None = None
    """What was written before it in the same session."""


def candidate_from_row(
    row: WorkingRow, *, context: str | None = None, quoted_ids: Sequence[str] = ()
) -> QueueCandidate:
    """The candidate of a working row."""
    return QueueCandidate(
        row.id,
        row.content,
        row.text,
        row.weight,
        row.assigned_split,
        row.label or None,
        context=context,
        quoted_ids=tuple(quoted_ids),
    )


def without_repeats(first: Sequence[QueueCandidate], then: Sequence[QueueCandidate]) -> list[QueueCandidate]:
    """Both lists, without records of the second that the first has too."""
    known = {one.record_id for one in first}
    return [*first, *(one for one in then if one.record_id not in known)]
