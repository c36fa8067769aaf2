"""Queue `label`: unlabeled records, chosen by an acquisition strategy."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.vocabulary import AcquisitionStrategy, State
from winnow.curation.labeling.queues.candidate import QueueCandidate, WorkingRows, candidate_from_row
from winnow.curation.labeling.queues.definition import QueueDefinition, QueueInputs


def label_candidates(rows: WorkingRows) -> list[QueueCandidate]:
    """Unlabeled records."""
    return [candidate_from_row(row) for row in rows if row.state == State.UNLABELED]


def _choose(inputs: QueueInputs, free: Sequence[QueueCandidate], ranks: Sequence[int], count: int) -> list[int]:
    return inputs.model.choose(inputs.strategy, free, ranks, count)


LABEL = QueueDefinition(
    name="label",
    purpose="Choose the label that says what the person wants.",
    find_candidates=lambda inputs: label_candidates(inputs.rows),
    choose=_choose,
    strategies=tuple(AcquisitionStrategy),
    shows_suggestions=True,
    second_reviewer=True,
    notes=(
        "Some queries come with a label suggested by a model. It is often right and sometimes wrong: "
        "read the query first.",
    ),
)
