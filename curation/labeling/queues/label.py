"""Queue `label`: unlabeled records, chosen by an acquisition strategy."""

from __future__ import annotations

from winnow.curation.labeling.queues.definition import QueueCandidate, WorkingRows, candidate_from_row


def label_candidates(rows: WorkingRows) -> list[QueueCandidate]:
    """Unlabeled records."""
    return [candidate_from_row(row) for row in rows if row["state"] == "unlabeled"]
