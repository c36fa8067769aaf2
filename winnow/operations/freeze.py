"""Freeze a release."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.config.documents import with_documents
from winnow.config.load import parse_task
from winnow.core.atomic import scratch_folder
from winnow.core.layout import WorkspaceFolder
from winnow.operations._context import WorkspaceContext
from winnow.operations.check import measure
from winnow.validators.kinds import required_keys, with_known_tools

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.releases.freeze import FreezeResult


def freeze(
    workspace: WorkspaceContext, name: str, *, dry_run: bool = False, progress: Progress | None = None
) -> FreezeResult:
    """Make a release. Raises GateError, and writes nothing, when a gate fails; a dry run writes nothing either."""
    if dry_run:
        with workspace.for_changes(dry_run=True) as changed, scratch_folder(workspace.folder.state) as scratch:
            return _freeze(changed, name, scratch=scratch, progress=progress)
    return _freeze(workspace, name, scratch=None, progress=progress)


def _freeze(workspace: WorkspaceContext, name: str, *, scratch: Path | None, progress: Progress | None) -> FreezeResult:
    """Make a release, or with a scratch folder only the files of one there."""
    from winnow.curation.releases.freeze import check_name, freeze_release, preview_release
    from winnow.curation.releases.release_files import ReleaseContent

    store, folder = workspace.store, workspace.folder
    check_name(name, store, folder)
    task_text = folder.task_file.read_text(encoding="utf-8-sig")
    parsed = parse_task(task_text, kinds=required_keys())
    task = with_known_tools(with_documents(parsed, folder.root, name=folder.task_file.name))
    must_pass = workspace.must_pass_cases(task)
    caches = _copied_caches(folder, scratch) if scratch else None
    checked, embedder, provenance = measure(workspace, task, caches=caches, progress=progress)
    content = ReleaseContent(checked, task_text, must_pass, embedder.identity, provenance)
    if scratch:
        return preview_release(name, content, folder, scratch)
    return freeze_release(name, content, folder, store)


def _copied_caches(folder: WorkspaceFolder, scratch: Path) -> WorkspaceFolder:
    """The workspace with copies of its caches, which may be written; one that changes meanwhile is left out."""
    copied = replace(folder, caches=scratch / "caches")
    for cache, copy in ((folder.vectors, copied.vectors), (folder.near_pairs, copied.near_pairs)):
        try:
            shutil.copytree(cache, copy)
        except (shutil.Error, FileNotFoundError):
            shutil.rmtree(copy, ignore_errors=True)
    return copied
