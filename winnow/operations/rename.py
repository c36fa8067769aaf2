"""Rename a label, or merge it into another."""

from __future__ import annotations

from winnow.curation.ingest.rename import RenameResult
from winnow.curation.ingest.rename import rename as rename_label
from winnow.operations._context import WorkspaceContext


def rename(workspace: WorkspaceContext, old: str, new: str, *, reason: str = "") -> RenameResult:
    """Rename a label, or merge it into an existing one; records, splits and releases do not change."""
    return rename_label(workspace.store, workspace.folder, old, new, why=reason)
