"""Compare two releases, record by record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winnow.operations._context import Context

if TYPE_CHECKING:
    from winnow.curation.releases.release_diff import ReleaseDiff


class DiffResult(NamedTuple):
    """What changed, and the page that shows it."""

    diff: ReleaseDiff
    page: Path


def diff(context: Context, old: str | Path, new: str | Path) -> DiffResult:
    """What changed from one release to another; writes a page."""
    from winnow.curation.releases.release_diff import diff_releases
    from winnow.reports.release_diff_page import write_release_diff

    gone = context.forgotten_ids()
    before, after = context.release(old), context.release(new)
    found = diff_releases(before, after, current_label=context.label_lookup(), forgotten=gone)
    return DiffResult(found, write_release_diff(found, context.reports_folder))
