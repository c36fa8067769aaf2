"""What gives the records of a workspace their first labels."""

from __future__ import annotations

from pathlib import Path

from winnow.config.task import Task
from winnow.config.taxonomy import TAXONOMY_FILE
from winnow.core.commands import command
from winnow.validators.kinds import kind_of


def first_labels(task: Task, root: Path) -> str:
    """The next command where no record has a label; labels of dialogues follow from their calls."""
    if kind_of(task).holds_dialogues:
        return command("add", "FILE")
    if kind_of(task).targets(task):
        return label_queue()
    return accept_suggestions(root, task) or command("discover")


def label_queue() -> str:
    """The commands that bring unlabeled records to annotators."""
    return f"{command('serve', background=True)}, then {command('push label')}"


def accept_suggestions(folder: Path, task: Task) -> str | None:
    """The command that makes labels of the suggestions in a folder, for a task without labels; None without them."""
    has_suggestions = (folder / TAXONOMY_FILE).exists() and not kind_of(task).targets(task)
    return command("accept", TAXONOMY_FILE) if has_suggestions else None
