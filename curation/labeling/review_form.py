"""The form annotators fill in: its questions, label options, verdicts and flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.curation.annotations.votes import SEVERAL_INTENTS
from winnow.curation.labeling.queues.definition import DatasetKind, QueueName

SPECIAL_PREFIX = "\u2007"
"""A figure space: it begins the values of options that are no labels, so that no label's name can be one of them."""


UNSURE_OPTION, SEVERAL_INTENTS_OPTION, REJECT_OPTION = (
    SPECIAL_PREFIX + word for word in ("unsure", SEVERAL_INTENTS, "reject")
)


OPTION_TITLES = {UNSURE_OPTION: "unsure", SEVERAL_INTENTS_OPTION: "several intents", REJECT_OPTION: "leave it out"}


RESPONSE_FLAGS = {"personal_data": "personal data", "unclear": "unclear", "offensive": "offensive"}


VISIBLE_OPTIONS = 20
"""Options that the page shows before it folds the rest behind a search box."""


VERDICT_OPTIONS = {"right": "right", "wrong_label": "wrong label", "unusable": "unusable"}


@dataclass(frozen=True)
class FormQuestion:
    """One question of a dataset. Without options it is answered by a text."""

    name: str
    title: str
    options: Mapping[str, str] = field(default_factory=dict)
    """Value to what people read."""
    required: bool = False
    multiple_choice: bool = False
    """Whether more than one option may be chosen."""


def form_questions(task: Task, queue: QueueName, kind: DatasetKind = "open") -> list[FormQuestion]:
    """The questions of a dataset."""
    label = FormQuestion("label", "Label", label_options(task, queue, kind), required=True)
    if queue == "review" and kind != "blind":
        verdict = FormQuestion("verdict", "The proposed label is", VERDICT_OPTIONS, required=True)
        first = [verdict, FormQuestion("label", "If it is wrong: the right label", label.options)]
    else:
        first = [label]
    return [
        *first,
        FormQuestion("comment", "Comment"),
        FormQuestion("flags", "Flags", RESPONSE_FLAGS, multiple_choice=True),
    ]


def label_options(task: Task, queue: QueueName, kind: DatasetKind = "open") -> dict[str, str]:
    """The answers to the label question: value to what people read. Where labels are folded, the special ones lead."""
    special: tuple[str, ...] = (UNSURE_OPTION, SEVERAL_INTENTS_OPTION)
    if queue in ("relabel", "adjudicate"):
        special = (UNSURE_OPTION, SEVERAL_INTENTS_OPTION, REJECT_OPTION)
    elif queue == "review":
        special = (UNSURE_OPTION, SEVERAL_INTENTS_OPTION, REJECT_OPTION) if kind == "blind" else ()
    if len(task.labels) < 2:
        fix = "add labels to the task file"
        raise WinnowError(Problem(TASK_FILE, f"{len(task.labels)} labels", "2 or more to choose from", fix))
    labels, extra = {name: name for name in task.label_names}, {value: OPTION_TITLES[value] for value in special}
    return {**extra, **labels} if len(labels) + len(extra) > VISIBLE_OPTIONS else {**labels, **extra}
