"""Queue `audit`: a random sample of labels from files, to measure how accurate they are."""

from __future__ import annotations

from winnow.core.vocabulary import DecidedBy, Origin, State
from winnow.curation.labeling.queues.candidate import QueueCandidate, WorkingRows, candidate_from_row
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.review.measured_queues import AUDIT_QUEUE


def audit_candidates(rows: WorkingRows) -> list[QueueCandidate]:
    """Records that are not synthetic and have their label from a file."""
    return [
        candidate_from_row(row)
        for row in rows
        if row.state == State.LABELED and row.decided_by == DecidedBy.FILE and row.origin != Origin.SYNTHETIC
    ]


AUDIT = QueueDefinition(
    name=AUDIT_QUEUE,
    purpose=(
        "These queries are a random sample. Your responses measure how accurate the labels of the dataset are, so "
        "nothing is suggested: choose the label that says what the person wants."
    ),
    dialogue_purpose=(
        "These dialogues are a random sample. Your responses measure how accurate the dataset is, so nothing is "
        "suggested: choose the behavior that is right. If the answer that is shown is wrong, say what is wrong and, "
        "if you can, write the corrected answer."
    ),
    asks_correction=True,
    find_candidates=lambda inputs: audit_candidates(inputs.rows),
)
