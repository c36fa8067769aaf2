"""Retract a source that should not have been added."""

from __future__ import annotations

from winnow.curation.ingest.retract import RetractResult
from winnow.curation.ingest.retract import retract as retract_source
from winnow.operations._context import WorkspaceContext


def retract(workspace: WorkspaceContext, source: str, *, reason: str = "") -> RetractResult:
    """Withdraw a source, by id or file name; its history is kept."""
    return retract_source(workspace.store, source, why=reason)
