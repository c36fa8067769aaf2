"""Freeze a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.config.load import parse_task
from winnow.operations._context import WorkspaceContext
from winnow.operations.check import measure
from winnow.validators.kinds import required_keys

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.releases.freeze import FreezeResult


def freeze(workspace: WorkspaceContext, name: str, *, progress: Progress | None = None) -> FreezeResult:
    """Make a release. Raises GateError, and writes nothing, when a gate fails."""
    from winnow.curation.releases.freeze import check_name, freeze_release

    check_name(name, workspace.store, workspace.folder)
    task_text = workspace.folder.task_file.read_text(encoding="utf-8-sig")
    task = parse_task(task_text, kinds=required_keys())
    must_pass = workspace.must_pass_cases(task)
    checked, embedder, provenance = measure(workspace, task, progress=progress)
    return freeze_release(
        name, checked, task_text, must_pass, embedder.identity, provenance, workspace.folder, workspace.store
    )
