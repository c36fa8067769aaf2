"""The page with the differences between two releases."""

from __future__ import annotations

from pathlib import Path

from winnow.curation.releases.release_diff import RecordChange, ReleaseDiff
from winnow.reports.html import render, write_page

SHOWN = 200
"""Changes of one kind that the page lists; the JSON lists all."""


def write_release_diff(found: ReleaseDiff, folder: Path) -> Path:
    """Write `diff-OLD-NEW.html`; returns its path."""
    return write_page(release_diff_page(found), folder / f"diff-{found.old}-{found.new}.html")


def release_diff_page(found: ReleaseDiff) -> str:
    """The page as HTML."""
    kinds: dict[str, list[RecordChange]] = {kind: [] for kind in found.counts}
    for change in found.changes:
        kinds[change.kind].append(change)
    labels = [(name, *counts) for name, counts in found.labels.items() if counts[0] != counts[1]]
    return render(
        "release_diff.html.j2",
        d=found,
        kinds={kind: changes[:SHOWN] for kind, changes in kinds.items() if changes},
        labels=sorted(labels, key=lambda row: (-abs(row[2] - row[1]), row[0])),
        excluded=sorted(found.exclusions.items()),
    )
