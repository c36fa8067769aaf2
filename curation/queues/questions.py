"""What a queue asks, and what an answer decides. A label that no task can have begins the special options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from curation.labels import DISCARDED, SEVERAL
from curation.rename import Renaming, current
from curation.task import Task
from curation.taskfile import TASK_FILE
from validators.faults import Fault, WinnowError

Queue = Literal["label", "review", "relabel", "adjudicate", "audit"]
PUSHED: tuple[Queue, ...] = ("label", "relabel", "adjudicate", "audit")
"""The queues that can be pushed."""
SPECIAL = "\u2007"
"""A figure space: it begins the values of options that are no labels, so that no label's name can be one of them."""
UNSURE, MIXED, REJECT = (SPECIAL + word for word in ("unsure", SEVERAL, "reject"))
TITLES = {UNSURE: "unsure", MIXED: "several intents", REJECT: "leave it out"}
FLAGS = {"personal_data": "personal data", "unclear": "unclear", "offensive": "offensive"}
VISIBLE = 20
"""Options that the page shows before it folds the rest behind a search box."""


def options(task: Task, queue: Queue) -> dict[str, str]:
    """The answers to the label question: value to what people read. Where labels are folded, the special ones lead."""
    special = (UNSURE, MIXED, REJECT) if queue in ("relabel", "adjudicate") else (UNSURE, MIXED)
    if len(task.labels) < 2:
        fix = "add labels to the task file"
        raise WinnowError(Fault(TASK_FILE, f"{len(task.labels)} labels", "2 or more to choose from", fix))
    labels, beside = {name: name for name in task.label_names}, {value: TITLES[value] for value in special}
    return {**beside, **labels} if len(labels) + len(beside) > VISIBLE else {**labels, **beside}


def decided(
    content: Mapping[str, Any], status: str, labels: Sequence[str], renamed: Sequence[Renaming]
) -> tuple[str, str]:
    """Kind and value of the decision that an answer is. A label that has been renamed since counts by its new name.

    Raises KeyError for a label that the task does not have.
    """
    if status == "discarded":
        return "abstention", DISCARDED
    value = str(content.get("label", ""))
    if value == REJECT:
        return "rejection", "rejected"
    if value in (UNSURE, MIXED):
        return "abstention", value.removeprefix(SPECIAL)
    name = value if value in labels else current(value, renamed)
    if name not in labels:
        raise KeyError(value)
    return "label", name
