"""What a queue asks, and what an answer decides. A label that no task can have begins the special options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from curation.labels import DISCARDED, SEVERAL
from curation.rename import Renaming, current
from curation.task import Task
from curation.taskfile import TASK_FILE
from validators.faults import Fault, WinnowError

Queue = Literal["label", "review", "relabel", "adjudicate", "audit"]
QUEUES: tuple[Queue, ...] = get_args(Queue)
SPECIAL = "\u2007"
"""A figure space: it begins the values of options that are no labels, so that no label's name can be one of them."""
UNSURE, MIXED, REJECT = (SPECIAL + word for word in ("unsure", SEVERAL, "reject"))
TITLES = {UNSURE: "unsure", MIXED: "several intents", REJECT: "leave it out"}
FLAGS = {"personal_data": "personal data", "unclear": "unclear", "offensive": "offensive"}
VISIBLE = 20
"""Options that the page shows before it folds the rest behind a search box."""


Kind = Literal["open", "blind", "suspect"]
"""What a dataset of a queue is for. `blind`: a share of a review's sample, shown without the proposed label. `suspect`:
records that are reviewed beside the sample."""
VERDICTS = {"right": "right", "wrong_label": "wrong label", "unusable": "unusable"}


@dataclass(frozen=True)
class Question:
    """One question of a dataset. Without options it is answered by a text."""

    name: str
    title: str
    options: Mapping[str, str] = field(default_factory=dict)
    """Value to what people read."""
    required: bool = False
    several: bool = False
    """Whether more than one option may be chosen."""


def asked(task: Task, queue: Queue, kind: Kind = "open") -> list[Question]:
    """The questions of a dataset."""
    label = Question("label", "Label", options(task, queue, kind), required=True)
    if queue == "review" and kind != "blind":
        verdict = Question("verdict", "The proposed label is", VERDICTS, required=True)
        first = [verdict, Question("label", "If it is wrong: the right label", label.options)]
    else:
        first = [label]
    return [*first, Question("comment", "Comment"), Question("flags", "Flags", FLAGS, several=True)]


def options(task: Task, queue: Queue, kind: Kind = "open") -> dict[str, str]:
    """The answers to the label question: value to what people read. Where labels are folded, the special ones lead."""
    special: tuple[str, ...] = (UNSURE, MIXED)
    if queue in ("relabel", "adjudicate"):
        special = (UNSURE, MIXED, REJECT)
    elif queue == "review":
        special = (UNSURE, MIXED, REJECT) if kind == "blind" else ()
    if len(task.labels) < 2:
        fix = "add labels to the task file"
        raise WinnowError(Fault(TASK_FILE, f"{len(task.labels)} labels", "2 or more to choose from", fix))
    labels, beside = {name: name for name in task.label_names}, {value: TITLES[value] for value in special}
    return {**beside, **labels} if len(labels) + len(beside) > VISIBLE else {**labels, **beside}


def decided(
    content: Mapping[str, Any],
    status: str,
    labels: Sequence[str],
    renamed: Sequence[Renaming],
    *,
    proposed: str | None = None,
) -> tuple[str, str]:
    """Kind and value of the decision that an answer is. A label that has been renamed since counts by its new name.

    `proposed` is the label that a verdict is about. Raises KeyError for a label that the task does not have.
    """
    if status == "discarded":
        return "abstention", DISCARDED
    value = content.get("label")
    verdict = content.get("verdict")
    if verdict is not None:
        return _by_verdict(verdict, value, labels, renamed, proposed)
    if value == REJECT:
        return "rejection", "unusable"
    if value in (UNSURE, MIXED):
        return "abstention", str(value).removeprefix(SPECIAL)
    return "label", _known(value, labels, renamed)


def _by_verdict(
    verdict: str, value: str | None, labels: Sequence[str], renamed: Sequence[Renaming], proposed: str | None
) -> tuple[str, str]:
    """A verdict on a proposed label; one that contradicts itself is for an adjudicator."""
    if verdict == "unusable":
        return "rejection", "unusable"
    better = None if value is None else _known(value, labels, renamed)
    proposed = _known(proposed, labels, renamed) if proposed else None
    if verdict == "right":
        if not proposed or better not in (None, proposed):
            return "abstention", "unsure"
        return "label", proposed
    if better is None:
        return "rejection", "wrong label, and no better one was said"
    return ("abstention", "unsure") if better == proposed else ("label", better)


def _known(value: str | None, labels: Sequence[str], renamed: Sequence[Renaming]) -> str:
    name = value if value in labels else current(str(value), renamed)
    if name not in labels:
        raise KeyError(value)
    return str(name)
