"""Retract a source that should not have been added."""

from __future__ import annotations

from winnow.curation.ingest.retract import RetractResult
from winnow.curation.ingest.retract import retract as retract_source
from winnow.operations._context import WorkspaceContext


def retract(workspace: WorkspaceContext, source: str, *, reason: str = "", dry_run: bool = False) -> RetractResult:
    """Withdraw a source, by id or file name; adding the same file again undoes it. A dry run stores nothing."""
    with workspace.for_changes(dry_run=dry_run) as changed:
        return retract_source(changed.store, source, why=reason, dry_run=dry_run)
