"""Measure what the dataset lacks of what users ask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winnow.operations._context import WorkspaceContext
from winnow.operations.check import measure

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.curation.checks.coverage.coverage_report import CoverageReport


class CoverageResult(NamedTuple):
    """What `winnow coverage` measured and wrote."""

    coverage: CoverageReport
    page: Path
    plan: Path
    """The generation plan."""


def coverage(workspace: WorkspaceContext, *, progress: Progress | None = None) -> CoverageResult:
    """Measure coverage; writes a page and a generation plan to `.winnow/reports/`."""
    from winnow.curation.checks.coverage.coverage_report import measure_coverage
    from winnow.curation.store.occurrences import log_times
    from winnow.reports.coverage_page import write_coverage

    measured = measure(workspace, workspace.task, progress=progress)
    with workspace.store.reading() as connection:
        times = log_times(connection)
    found = measure_coverage(
        measured.check, times, measured.embedder, vectors_cache=workspace.folder.vectors, progress=progress
    )
    files = write_coverage(found, workspace.folder.reports)
    return CoverageResult(found, files.page, files.plan)
