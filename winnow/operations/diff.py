"""Compare two releases, record by record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winnow.operations._context import WorkspaceContext

if TYPE_CHECKING:
    from winnow.curation.releases.release_diff import ReleaseDiff


class DiffResult(NamedTuple):
    """What changed, and the page that shows it."""

    diff: ReleaseDiff
    page: Path


def diff(workspace: WorkspaceContext, old: str | Path, new: str | Path) -> DiffResult:
    """What changed from one release to another; writes a page."""
    from winnow.curation.releases.release_diff import diff_releases
    from winnow.curation.store.forgotten import forgotten_ids
    from winnow.reports.release_diff_page import write_release_diff

    with workspace.store.reading() as connection:
        gone = forgotten_ids(connection)
    before, after = workspace.release(old), workspace.release(new)
    found = diff_releases(before, after, current_label=workspace.label_lookup(), forgotten=gone)
    return DiffResult(found, write_release_diff(found, workspace.folder.reports))
