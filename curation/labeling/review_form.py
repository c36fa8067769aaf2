"""The form annotators fill in: its questions, label options, verdicts and flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from winnow.config.task import Task
from winnow.core.answer_problem import PROBLEM_TITLES
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.core.vocabulary import DatasetKind
from winnow.curation.labeling.kind_forms import kind_form
from winnow.curation.labeling.label_options import OPTION_TITLES, SEVERAL_INTENTS_OPTION, VERDICT_OPTIONS, WRONG_LABEL
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.validators.kinds import kind_of

RESPONSE_FLAGS = {"personal_data": "personal data", "unclear": "unclear", "offensive": "offensive"}

WRONG, CORRECTION = "wrong", "correction"
"""The questions about a wrong answer: what is wrong with it, and how it would be right."""

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


CORRECTION_QUESTIONS = (
    FormQuestion(
        WRONG,
        "What is wrong with the answer",
        {one.value: title for one, title in PROBLEM_TITLES.items()},
        multiple_choice=True,
    ),
    FormQuestion(CORRECTION, "The corrected answer, exactly as the assistant would write it"),
)


def form_questions(task: Task, queue: QueueDefinition, kind: DatasetKind = DatasetKind.OPEN) -> list[FormQuestion]:
    """The questions of a dataset."""
    task_kind = kind_of(task)
    form, is_open = kind_form(task_kind), kind != DatasetKind.BLIND
    options, several = label_options(task, queue, kind), task_kind.combined_target is not None
    label = FormQuestion("label", form.words.label, options, required=True, multiple_choice=several)
    if queue.asks_verdict and is_open:
        verdicts = {**VERDICT_OPTIONS, WRONG_LABEL: form.words.wrong}
        verdict = FormQuestion("verdict", form.words.verdict, verdicts, required=True)
        first = [verdict, replace(label, title=form.words.right_label, required=False)]
    else:
        first = [label]
    corrections = CORRECTION_QUESTIONS if form.answer and queue.asks_correction and is_open else ()
    return [
        *first,
        *corrections,
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
        raise WinnowError(Problem(TASK_FILE, counted(len(targets), "label"), "2 or more to choose from", fix))
    values = queue.blind_special_options if kind == DatasetKind.BLIND else queue.special_options
    if task_kind.combined_target is not None:  # several labels are chosen together
        values = tuple(one for one in values if one != SEVERAL_INTENTS_OPTION)
    labels, special = {name: name for name in targets}, {value: OPTION_TITLES[value] for value in values}
    return {**special, **labels} if len(labels) + len(special) > VISIBLE_OPTIONS else {**labels, **special}
