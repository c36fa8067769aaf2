"""Rename a label, or merge it into another."""

from __future__ import annotations

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.curation.ingest.rename import RenameResult
from winnow.curation.ingest.rename import rename as rename_label
from winnow.curation.ingest.undo_rename import undo_rename
from winnow.operations._context import WorkspaceContext
from winnow.validators.kinds import KINDS, kind_of


def rename(
    workspace: WorkspaceContext,
    old: str,
    new: str,
    *,
    reason: str = "",
    yes: bool = False,
    undo: bool = False,
    dry_run: bool = False,
) -> RenameResult:
    """Rename a label, or merge it into an existing one; records, splits and releases do not change.

    A merge is refused until it is confirmed with `yes`; `undo` separates the two labels again, as long as no release
    was frozen since. A dry run changes neither the database nor the task file.

    Raises WinnowError for a kind whose labels follow from the content.
    """
    _require_listed_labels(workspace.task, f"rename {old} {new}")
    with workspace.for_changes(dry_run=dry_run) as changed:
        if undo:
            return undo_rename(changed.store, changed.folder, old, new, why=reason, dry_run=dry_run)
        return rename_label(changed.store, changed.folder, old, new, why=reason, yes=yes, dry_run=dry_run)


def _require_listed_labels(task: Task, where: str) -> None:
    """Raises WinnowError for a task whose labels are the behaviors and tools of its dialogues."""
    kind = kind_of(task)
    if kind.holds_dialogues:
        listed = ", ".join(name for name, one in KINDS.items() if not one.holds_dialogues)
        fix = (
            f"to read files that call the tools by other names, use `{command('add', 'FILE', tool_mapping='MAPPING')}`"
        )
        found = f"labels of kind {kind.name} are behaviors and names of tools"
        raise WinnowError(Problem(where, found, f"a kind whose labels winnow.yaml lists: {listed}", fix))
