"""The form annotators fill in: its questions, label options, verdicts and flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.core.vocabulary import DatasetKind
from winnow.curation.labeling.label_options import OPTION_TITLES, SEVERAL_INTENTS_OPTION, VERDICT_OPTIONS
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.validators.kinds import kind_of

RESPONSE_FLAGS = {"personal_data": "personal data", "unclear": "unclear", "offensive": "offensive"}

VISIBLE_OPTIONS = 20
"""Options that the page shows before it folds the rest behind a search box."""


@dataclass(frozen=True)
class FormQuestion:
    """One question of a dataset. Without options, the response is free text."""

    name: str
    title: str
    options: Mapping[str, str] = field(default_factory=dict)
    """Value to displayed text."""
    required: bool = False
    multiple_choice: bool = False
    """Whether more than one option may be chosen."""


def form_questions(task: Task, queue: QueueDefinition, kind: DatasetKind = DatasetKind.OPEN) -> list[FormQuestion]:
    """The questions of a dataset."""
    several = kind_of(task).combined_target is not None
    options = label_options(task, queue, kind)
    label = FormQuestion("label", "Label", options, required=True, multiple_choice=several)
    if queue.asks_verdict and kind != DatasetKind.BLIND:
        verdict = FormQuestion("verdict", "The proposed label is", VERDICT_OPTIONS, required=True)
        first = [
            verdict,
            replace(label, title="The right label, required if this one is wrong", required=False),
        ]
    else:
        first = [label]
    return [
        *first,
        FormQuestion("comment", "Comment"),
        FormQuestion("flags", "Flags", RESPONSE_FLAGS, multiple_choice=True),
    ]


def label_options(task: Task, queue: QueueDefinition, kind: DatasetKind = DatasetKind.OPEN) -> dict[str, str]:
    """The options of the label question: value to displayed text. Where labels are folded, special options come first.

    Raises WinnowError below two labels.
    """
    task_kind = kind_of(task)
    targets = task_kind.targets(task)
    if len(targets) < 2:
        fix = "add labels to the task file"
        raise WinnowError(Problem(TASK_FILE, f"{len(targets)} labels", "2 or more to choose from", fix))
    values = queue.blind_special_options if kind == DatasetKind.BLIND else queue.special_options
    if task_kind.combined_target is not None:  # several labels are chosen together
        values = tuple(one for one in values if one != SEVERAL_INTENTS_OPTION)
    labels, special = {name: name for name in targets}, {value: OPTION_TITLES[value] for value in values}
    return {**special, **labels} if len(labels) + len(special) > VISIBLE_OPTIONS else {**labels, **special}
