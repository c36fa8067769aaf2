"""Queue `label`: unlabeled records, chosen by an acquisition strategy."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.config.task import Task
from winnow.core.vocabulary import AcquisitionStrategy, State
from winnow.core.working_row import WorkingRow
from winnow.curation.labeling.queues.candidate import QueueCandidate, WorkingRows, candidate_from_row
from winnow.curation.labeling.queues.definition import QueueDefinition, QueueInputs
from winnow.validators.kinds import kind_of


def label_candidates(rows: WorkingRows, task: Task) -> list[QueueCandidate]:
    """The records to label."""
    return [candidate_from_row(row) for row in rows_to_label(rows, task)]


def rows_to_label(rows: WorkingRows, task: Task) -> list[WorkingRow]:
    """Unlabeled records that could have a label: a request without an answer cannot, in a task that teaches answers."""
    can_be_labeled = kind_of(task).can_be_labeled
    return [row for row in rows if row.state == State.UNLABELED and can_be_labeled(row.content)]


def _choose(inputs: QueueInputs, free: Sequence[QueueCandidate], ranks: Sequence[int], count: int) -> list[int]:
    return inputs.model.choose(inputs.strategy, free, ranks, count)


LABEL = QueueDefinition(
    name="label",
    purpose="Choose the label that says what the person wants.",
    dialogue_purpose="Choose the behavior of the assistant in each dialogue: what it does about what the user asks.",
    find_candidates=lambda inputs: label_candidates(inputs.rows, inputs.task),
    choose=_choose,
    strategies=tuple(AcquisitionStrategy),
    shows_suggestions=True,
    second_reviewer=True,
    notes=(
        "Some queries come with a label suggested by a model. It is often right and sometimes wrong: "
        "read the query first.",
    ),
    dialogue_notes=(
        "Some dialogues come with a behavior suggested by a model. It is often right and sometimes wrong: "
        "read the dialogue first.",
    ),
)
