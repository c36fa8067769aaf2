"""The annotators' guidelines: every label with its meaning, examples, and what it is confused with."""

from __future__ import annotations

from pathlib import Path

from winnow.config.task import Task
from winnow.reports.html import render, write_page
from winnow.validators.kinds import target_labels


def write_guidelines(task: Task, path: Path) -> Path:
    """Write the page; labels that are often confused are linked."""
    labels = target_labels(task)
    confusable: dict[str, list[str]] = {label.name: [] for label in labels}
    for left, right in task.confusable:
        confusable[left].append(right)
        confusable[right].append(left)
    return write_page(render("guidelines.html.j2", task=task, labels=labels, confusable=confusable), path)
