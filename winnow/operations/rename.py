"""Rename a label, or merge it into another."""

from __future__ import annotations

from winnow.curation.ingest.rename import RenameResult
from winnow.curation.ingest.rename import rename as rename_label
from winnow.curation.ingest.undo_rename import undo_rename
from winnow.operations._context import WorkspaceContext


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
    """
    with workspace.for_changes(dry_run=dry_run) as changed:
        if undo:
            return undo_rename(changed.store, changed.folder, old, new, why=reason, dry_run=dry_run)
        return rename_label(changed.store, changed.folder, old, new, why=reason, yes=yes, dry_run=dry_run)
