"""What a queue is: its name, its candidates, and how Argilla shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

DatasetKind = Literal["open", "blind", "suspected"]
"""What a dataset of a queue is for. `blind`: a share of a review's sample, shown without the proposed label. `suspect`:
records that are reviewed beside the sample."""


@dataclass(frozen=True)
class QueueCandidate:
    """A record that people might see."""

    record_id: str
    text: str
    weight: int
    """How often it was seen."""
    assigned_split: str
    label_at_push: str | None = None
    """Its label now, which the answers are held against."""
    context: str | None = None
    """What people are told about it."""
    kind: DatasetKind = "open"
    quoted_ids: tuple[str, ...] = ()
    """Other records whose texts the context shows."""


WorkingRows = Sequence[Mapping[str, Any]]


def candidate_from_row(
    row: Mapping[str, Any], *, context: str | None = None, quoted_ids: Sequence[tuple[str, str]] = ()
) -> QueueCandidate:
    return QueueCandidate(
        row["id"],
        row["text"],
        int(row["weight"]),
        row["assigned_split"],
        row["label"] or None,
        context=context,
        quoted_ids=tuple(record for record, _ in quoted_ids),
    )


QueueName = Literal["label", "review", "relabel", "adjudicate", "audit"]


QUEUE_NAMES: tuple[QueueName, ...] = get_args(QueueName)
