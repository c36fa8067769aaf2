"""Queue `audit`: a random sample of labels from files, to measure how accurate they are."""

from __future__ import annotations

from winnow.curation.labeling.queues.definition import QueueCandidate, WorkingRows, candidate_from_row


def audit_candidates(rows: WorkingRows) -> list[QueueCandidate]:
    """Records that have their label from a file, and that no machine wrote."""
    return [
        candidate_from_row(row)
        for row in rows
        if row["state"] == "labeled" and row["decided_by"] == "file" and row["origin"] != "synthetic"
    ]
