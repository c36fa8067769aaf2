"""The annotators' handbook: every label with what it means, examples, and what it is mixed up with."""

from __future__ import annotations

from pathlib import Path

from curation.task import Task
from reports.page import render, write_page


def write_handbook(task: Task, path: Path) -> Path:
    """Write the page; what is confusable with a label stands beside it."""
    beside: dict[str, list[str]] = {name: [] for name in task.label_names}
    for left, right in task.confusable:
        beside[left].append(right)
        beside[right].append(left)
    return write_page(render("handbook.html.j2", task=task, beside=beside), path)
